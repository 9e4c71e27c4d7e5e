using OpenSora.Inference.Decoding;
using OpenSora.Inference.Decoding.Spatial;
using OpenSora.Inference.Decoding.Temporal;
using OpenSora.Inference.Sampling;
using OpenSora.Inference.Sharding;
using OpenSora.Inference.Text;
using OpenSora.Inference.Transformer;
using OpenSora.Layout.Clips;
using OpenSora.Layout.Models;
using OpenSora.Layout.Units;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests;

/// <summary>
/// Tensors of a wrong shape, type or device where networks meet: an exception, and a process that goes on. A call that torch's
/// binding does not guard would end it, and so would a kernel of our own that believes a shape.
/// </summary>
public sealed class SeamTests : IDisposable
{
    private static readonly ClipShape s_shape = new(Frames: 5, LatentHeight: 6, LatentWidth: 8, Height: 48, Width: 64, Fps: 24);

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly IDisposable _noGrad = no_grad();

    public void Dispose()
    {
        _noGrad.Dispose();
        _scope.Dispose();
    }

    /// <summary>What goes in, in turn, with good shapes; the first dimension of each may be of any size.</summary>
    private sealed record Seam(long[][] Shapes, Func<Tensor[], Tensor> Call, ScalarType Type = ScalarType.Float32);

    private static Seam Of(string name)
    {
        STDiT3Config config = Networks.Transformer;
        switch (name)
        {
            case "transformer":
                STDiT3 transformer = new(Networks.Random(), config, Precision.Float32);
                ClipContext clip = transformer.Clip(s_shape, UnitSize.Processor);
                PromptContext none = transformer.NullPrompt(null);
                return new([[5, 12, 16]], x => transformer.forward(new Tokens(x[0], TokenLayout.Frames, 0), 500, null, clip, none, SingleRank.Instance).Values);
            case "prompt":
                STDiT3 of = new(Networks.Random(), config, Precision.Float32);
                return new([[10, config.CaptionChannels]], x => of.Prompt(x[0], null).Tokens);
            case "text":
                T5Encoder text = new(Networks.Random(), Networks.Text);
                return new([[7], [7]], x => text.Encode(x[0], x[1]), ScalarType.Int64);
            case "spatial decode":
                SpatialVae decoder = new(Networks.Random(), Networks.Spatial);
                return new([[2, 4, 4, 4]], x => decoder.Decode(x[0]));
            case "spatial encode":
                SpatialVae encoder = new(Networks.Random(), Networks.Spatial);
                return new([[2, 3, 32, 32], [2, 4, 4, 4]], x => encoder.Encode(x[0], x[1]));
            case "temporal decode":
                TemporalVae over = new(Networks.Random(), Networks.Temporal);
                return new([[1, 4, 2, 4, 4]], x => over.Decode(x[0], 7));
            case "temporal encode":
                TemporalVae time = new(Networks.Random(), Networks.Temporal);
                return new([[1, 4, 5, 4, 4], [1, 4, 2, 4, 4]], x => time.Encode(x[0], x[1]));
            case "clip decode":
                VideoAutoencoder video = Networks.Autoencoder();
                return new([[4, 2, 4, 4]], x => cat([.. video.Decode(x[0], 5)], 1));
            case "clip encode":
                VideoAutoencoder pixels = Networks.Autoencoder();
                return new([[3, 5, 32, 32]], x => pixels.Encode(x[0], PosteriorNoise.None));
            case "attention":
                return new([[2, 3, 5, 8], [2, 3, 5, 8], [2, 3, 5, 8]], x => Attention.Attend(x[0], x[1], x[2]));
            case "attention to a prompt":
                return new([[1, 2, 70, 8], [1, 2, 9, 8], [1, 2, 9, 8]], x => Attention.Attend(x[0], x[1], x[2]));
            default:
                return new([[4, 5, 6, 8]], x => Patches.ToLatent(Patches.FromLatent(x[0]), 6, 8));
        }
    }

    public static TheoryData<string> Names() =>
    [
        "transformer", "prompt", "text", "spatial decode", "spatial encode", "temporal decode", "temporal encode", "clip decode", "clip encode",
        "attention", "attention to a prompt",
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void Wrong_tensors_are_exceptions(string name)
    {
        Seam seam = Of(name);
        Tensor[] good = [.. seam.Shapes.Select(shape => New(shape, seam.Type))];
        long[] expected = seam.Call(good).shape;
        for (int i = 0; i < good.Length; i++)
        {
            long[] shape = seam.Shapes[i];
            int channels = name.StartsWith("clip", StringComparison.Ordinal) ? 0 : name.Contains("code", StringComparison.Ordinal) ? 1 : shape.Length - 1;
            foreach (int more in (int[])[1, -1])
                Refused([.. shape.Select((size, dimension) => dimension == channels ? size + more : size)]);
            if (shape.Length > 1)
                Refused(shape[1..]);
            Refused([3, .. shape, 1]);

            void Refused(long[] wrong)
            {
                Exception? error = Record.Exception(() => seam.Call([.. good.Select((tensor, at) => at == i ? New(wrong, seam.Type) : tensor)]));
                Assert.True(error is not null, $"{name}: input {i} of [{string.Join(", ", wrong)}] in place of [{string.Join(", ", shape)}] is taken");
            }
        }
        Assert.Equal(expected, seam.Call(good).shape);
    }

    /// <summary>What is not refused gives a result of the right shape: the types are converted at that seam.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Other_types_and_devices_are_exceptions_or_converted(string name)
    {
        Seam seam = Of(name);
        Tensor[] good = [.. seam.Shapes.Select(shape => New(shape, seam.Type))];
        long[] expected = seam.Call(good).shape;
        for (int i = 0; i < good.Length; i++)
            foreach (Func<Tensor, Tensor> change in (Func<Tensor, Tensor>[])[x => x.to(float64), x => x.to(bfloat16), x => x.to(int64), x => x.to(@bool), x => x.to(META)])
            {
                Tensor[] changed = [.. good.Select((tensor, at) => at == i ? change(tensor) : tensor)];
                try
                {
                    Assert.Equal(expected, seam.Call(changed).shape);
                }
                catch (Exception error) when (error is System.Runtime.InteropServices.ExternalException or ArgumentException or InvalidOperationException)
                {
                    Assert.NotEmpty(error.Message);
                }
            }
        Assert.Equal(expected, seam.Call(good).shape);
    }

    /// <summary>torch's binding ends the process where a generator is given another state than its own.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(-5000)]
    public void A_state_of_random_numbers_of_another_size_is_refused(int size)
    {
        using NoiseSource noise = new(1);
        byte[] state = noise.State;

        ArgumentException error = Assert.Throws<ArgumentException>(() => NoiseSource.From(new byte[size <= 0 && size != 0 ? state.Length + size : size]));

        Assert.Contains($"{state.Length} bytes", error.Message, StringComparison.Ordinal);
    }

    private static Tensor New(long[] shape, ScalarType type) => type == ScalarType.Int64 ? ones(shape, type) : Networks.Noise(3, shape);
}
