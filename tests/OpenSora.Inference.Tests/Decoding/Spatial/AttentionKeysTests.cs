using OpenSora.Inference.Decoding;
using OpenSora.Inference.Decoding.Spatial;
using OpenSora.Inference.Weights;
using OpenSora.Inference.Weights.Safetensors;
using OpenSora.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Decoding.Spatial;

public class AttentionKeysTests
{
    private const string Config = """
        { "_class_name": "AutoencoderKL", "block_out_channels": [8, 8, 16, 16], "norm_num_groups": 4, "latent_channels": 4, "layers_per_block": 1 }
        """;

    [Theory]
    [InlineData("decoder.mid_block.attentions.0.query.weight", "decoder.mid_block.attentions.0.to_q.weight")]
    [InlineData("decoder.mid_block.attentions.0.key.bias", "decoder.mid_block.attentions.0.to_k.bias")]
    [InlineData("spatial_vae.module.encoder.mid_block.attentions.0.value.weight", "spatial_vae.module.encoder.mid_block.attentions.0.to_v.weight")]
    [InlineData("encoder.mid_block.attentions.0.proj_attn.weight", "encoder.mid_block.attentions.0.to_out.0.weight")]
    [InlineData("encoder.mid_block.attentions.0.to_q.weight", "encoder.mid_block.attentions.0.to_q.weight")]
    [InlineData("encoder.mid_block.attentions.0.group_norm.weight", "encoder.mid_block.attentions.0.group_norm.weight")]
    [InlineData("decoder.query.weight", "decoder.query.weight")]
    public void Old_names_become_the_new_ones(string key, string today) => Assert.Equal(today, AttentionKeys.Today(key));

    /// <summary>The oldest files hold the attention's projections as 1×1 convolutions.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_checkpoint_of_the_old_generation_loads_to_the_same_network(bool convolutions)
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        RandomParameters parameters = Networks.Random();
        using SpatialVae today = new(parameters, Networks.Spatial);
        SafetensorsWriter.Write(Path.Combine(folder.Path, "diffusion_pytorch_model.safetensors"), parameters.Made
            .Select(made => OutgoingTensor.Of(Old(made.Key), convolutions && IsProjection(made.Key) && made.Value.ndim == 2 ? made.Value.unsqueeze(-1).unsqueeze(-1) : made.Value))
            .ToList());
        File.WriteAllText(Path.Combine(folder.Path, "config.json"), Config);

        using SpatialVae old = VideoAutoencoderFiles.LoadSpatial(folder.Path, CPU, Precision.Float32);
        Tensor z = Networks.Noise(1, 1, 4, 3, 4);
        Assert.Equal(0, Networks.LargestDifference(old.Decode(z), today.Decode(z)));
    }

    private static bool IsProjection(string key) => Old(key) != key;

    private static string Old(string key) => key.Replace(".to_q.", ".query.", StringComparison.Ordinal)
        .Replace(".to_k.", ".key.", StringComparison.Ordinal).Replace(".to_v.", ".value.", StringComparison.Ordinal)
        .Replace(".to_out.0.", ".proj_attn.", StringComparison.Ordinal);
}
