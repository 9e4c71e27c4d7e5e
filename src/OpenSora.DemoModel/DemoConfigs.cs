using System.Globalization;
using OpenSora.DemoModel.Stages;

namespace OpenSora.DemoModel;

/// <summary>The config.json files of the demo model, in the public checkpoints' form.</summary>
internal static class DemoConfigs
{
    public const string Transformer = """
        {
          "architectures": ["STDiT3"],
          "model_type": "STDiT3",
          "caption_channels": 64,
          "class_dropout_prob": 0.1,
          "depth": 3,
          "hidden_size": 96,
          "in_channels": 4,
          "input_size": [null, null, null],
          "input_sq_size": 512,
          "mlp_ratio": 4.0,
          "model_max_length": 300,
          "num_heads": 4,
          "patch_size": [1, 2, 2],
          "pred_sigma": true,
          "qk_norm": true,
          "skip_y_embedder": false,
          "torch_dtype": "float32"
        }
        """;

    public const string TextEncoder = """
        {
          "architectures": ["T5EncoderModel"],
          "model_type": "t5",
          "d_ff": 128,
          "d_kv": 16,
          "d_model": 64,
          "dense_act_fn": "gelu_new",
          "eos_token_id": 1,
          "feed_forward_proj": "gated-gelu",
          "is_gated_act": true,
          "layer_norm_epsilon": 1e-06,
          "num_heads": 4,
          "num_layers": 2,
          "pad_token_id": 0,
          "relative_attention_max_distance": 128,
          "relative_attention_num_buckets": 32,
          "torch_dtype": "float32",
          "vocab_size": 512
        }
        """;

    public const string Tokenizer = """
        {
          "tokenizer_class": "T5Tokenizer",
          "eos_token": "</s>",
          "extra_ids": 100,
          "pad_token": "<pad>",
          "unk_token": "<unk>"
        }
        """;

    public const string SpatialVae = """
        {
          "_class_name": "AutoencoderKL",
          "act_fn": "silu",
          "block_out_channels": [8, 16, 32, 64],
          "down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D"],
          "in_channels": 3,
          "latent_channels": 4,
          "layers_per_block": 1,
          "norm_num_groups": 8,
          "out_channels": 3,
          "scaling_factor": 0.13025,
          "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D"]
        }
        """;

    /// <param name="scale">Standard deviation of each latent channel.</param>
    /// <param name="shift">Mean of each latent channel.</param>
    public static string VideoVae(double[] scale, double[] shift) => $$"""
        {
          "architectures": ["VideoAutoencoderPipeline"],
          "model_type": "VideoAutoencoderPipeline",
          "cal_loss": false,
          "freeze_vae_2d": false,
          "from_pretrained": null,
          "micro_frame_size": 17,
          "scale": {{List(scale)}},
          "shift": {{List(shift)}},
          "torch_dtype": "float32",
          "vae_2d": { "micro_batch_size": 4, "subfolder": "vae", "type": "VideoAutoencoderKL" },
          "vae_temporal": {
            "channel_multipliers": [1, 2, 2, 4],
            "embed_dim": 4,
            "filters": 8,
            "in_out_channels": 4,
            "latent_embed_dim": 4,
            "num_groups": 4,
            "num_res_blocks": 1,
            "temporal_downsample": [false, true, true],
            "type": "VAE_Temporal"
          }
        }
        """;

    /// <param name="shift">How far timesteps of a clip of the demo model's size are shifted: its side over the base side, times the root of its latent frames.</param>
    public static string Scheduler(double shift) => string.Create(CultureInfo.InvariantCulture, $$"""
        {
          "base_side": {{DrawnFrames.Side * Math.Sqrt(5) / shift:F3}}
        }
        """);

    private static string List(double[] values) => "[" + string.Join(", ", values.Select(value => value.ToString("0.####", CultureInfo.InvariantCulture))) + "]";
}
