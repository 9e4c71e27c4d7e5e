using OpenSora.Inference;
using OpenSora.Inference.Decoding;
using OpenSora.Inference.Decoding.Spatial;
using OpenSora.Inference.Text;
using OpenSora.Inference.Transformer;
using OpenSora.Inference.Weights;
using OpenSora.Layout.Decoding;
using OpenSora.Layout.Models;
using OpenSora.Planning.Models;
using static TorchSharp.torch;

namespace OpenSora.Planning.Tests.Models;

/// <summary>The counts of weights are those of what the networks ask for.</summary>
public class ParameterCountsTests
{
    public static TheoryData<string> Shapes => ["full", "demo", "unlike"];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Are_those_of_the_networks(string name)
    {
        ModelShape shape = Named(name);
        ParameterCounts counts = ParameterCounts.Of(shape);
        Assert.Equal(Asked(p => new STDiT3(p, shape.Transformer, Precision.Float32)), counts.Transformer);
        Assert.Equal(Asked(p => new T5Encoder(p, shape.Text)), counts.Text);
        Assert.Equal(Asked(p => new SpatialVae(p, shape.Spatial)), counts.Spatial);
        Assert.Equal(
            Asked(p => new VideoAutoencoder(p, shape.Spatial, shape.Video, new AutoencoderUnits(), CPU, Precision.Float32), "scale", "shift"),
            counts.Autoencoder);
    }

    /// <summary>The public checkpoints: 1,207,643,972 and the 300 · 4096 of the null prompt, and so on.</summary>
    [Fact]
    public void Of_the_public_checkpoints_are_known()
    {
        ParameterCounts counts = ParameterCounts.Of(ModelShape.Full);
        Assert.Equal(1_207_643_972 + 300 * 4096, counts.Transformer);
        Assert.Equal(4_762_310_656, counts.Text);
        Assert.Equal(83_653_863, counts.Spatial);
        Assert.Equal(309_687_144, counts.Temporal);
    }

    private static ModelShape Named(string name) => name switch
    {
        "full" => ModelShape.Full,
        "demo" => Tests.Memory.Measured.Small,
        _ => ModelShape.Full with
        {
            Transformer = new STDiT3Config { HiddenSize = 48, Depth = 1, NumHeads = 2, MlpRatio = 2.5, PredSigma = false, CaptionChannels = 20, ModelMaxLength = 7, QkNorm = false },
            Spatial = new SpatialVaeConfig { BlockOutChannels = [32, 64], LayersPerBlock = 3 },
        },
    };

    private static long Asked(Func<ParameterSource, IDisposable> build, params string[] without)
    {
        ShapeList shapes = new(key => !without.Contains(key));
        using IDisposable network = build(shapes);
        return shapes.Shapes.Sum(shape => shape.Value.Aggregate(1L, (product, size) => product * size));
    }
}
