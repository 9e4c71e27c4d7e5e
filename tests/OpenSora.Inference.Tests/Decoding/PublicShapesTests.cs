using OpenSora.Inference.Decoding;
using OpenSora.Inference.Decoding.Spatial;
using OpenSora.Inference.Decoding.Temporal;
using OpenSora.Inference.Weights;
using OpenSora.Layout.Decoding;
using OpenSora.Layout.Models;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Decoding;

/// <summary>The networks of the public checkpoints, built without memory: how many tensors and numbers they have.</summary>
public class PublicShapesTests
{
    [Fact]
    public void The_per_frame_autoencoder_is_that_of_SDXL()
    {
        ShapeList shapes = new();
        using SpatialVae vae = new(shapes, new SpatialVaeConfig { BlockOutChannels = [128, 256, 512, 512], LayersPerBlock = 2 });
        Assert.Equal((248, 83_653_863), (shapes.Shapes.Count, Numbers(shapes)));
        Assert.Equal([512, 512], shapes.Shapes["decoder.mid_block.attentions.0.to_out.0.weight"]);
        Assert.Equal([256, 512, 1, 1], shapes.Shapes["decoder.up_blocks.2.resnets.0.conv_shortcut.weight"]);
    }

    [Fact]
    public void The_temporal_autoencoder_is_that_of_OpenSora()
    {
        ShapeList shapes = new();
        using TemporalVae vae = new(shapes, new TemporalVaeConfig());
        Assert.Equal((267, 309_687_144), (shapes.Shapes.Count, Numbers(shapes)));
        Assert.Equal([1024, 512, 3, 3, 3], shapes.Shapes["decoder.conv_blocks.2.conv.weight"]);
        Assert.Equal([256, 512, 1, 1, 1], shapes.Shapes["decoder.block_res_blocks.2.0.conv3.conv.weight"]);
    }

    [Fact]
    public void The_video_autoencoder_has_both_and_two_buffers()
    {
        ShapeList shapes = new();
        SpatialVaeConfig spatial = new() { BlockOutChannels = [128, 256, 512, 512], LayersPerBlock = 2 };
        using VideoAutoencoder vae = new(shapes, spatial, new VideoAutoencoderConfig(), new AutoencoderUnits(), CPU, Precision.Float32);
        Assert.Equal((248 + 267 + 2, 393_341_015), (shapes.Shapes.Count, Numbers(shapes)));
        Assert.Equal([1, 4, 1, 1, 1], shapes.Shapes["scale"]);
    }

    private static long Numbers(ShapeList shapes) => shapes.Shapes.Values.Sum(shape => shape.Aggregate(1L, (product, size) => product * size));
}
