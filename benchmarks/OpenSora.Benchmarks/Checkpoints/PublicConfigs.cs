namespace OpenSora.Benchmarks.Checkpoints;

/// <summary>The config.json files of the public checkpoints, as far as a program reads them.</summary>
internal static class PublicConfigs
{
    public static string Transformer(CheckpointSize size, int captionChannels) => $$"""
        {
          "architectures": ["STDiT3"],
          "model_type": "STDiT3",
          "caption_channels": {{captionChannels}},
          "class_dropout_prob": 0.1,
          "depth": {{size.Depth}},
          "hidden_size": {{size.Hidden}},
          "in_channels": 4,
          "input_size": [null, null, null],
          "input_sq_size": 512,
          "mlp_ratio": 4.0,
          "model_max_length": 300,
          "num_heads": {{size.Heads}},
          "patch_size": [1, 2, 2],
          "pred_sigma": true,
          "qk_norm": true,
          "skip_y_embedder": false,
          "torch_dtype": "float32"
        }
        """;

    public static string TextEncoder(CheckpointSize size) => $$"""
        {
          "architectures": ["T5EncoderModel"],
          "model_type": "t5",
          "d_ff": {{size.TextHidden * 5 / 2}},
          "d_kv": 64,
          "d_model": {{size.TextHidden}},
          "dense_act_fn": "gelu_new",
          "eos_token_id": 1,
          "feed_forward_proj": "gated-gelu",
          "is_gated_act": true,
          "layer_norm_epsilon": 1e-06,
          "num_heads": {{size.TextHidden / 64}},
          "num_layers": {{size.TextLayers}},
          "pad_token_id": 0,
          "relative_attention_max_distance": 128,
          "relative_attention_num_buckets": 32,
          "torch_dtype": "bfloat16",
          "vocab_size": 32128
        }
        """;

    public static string SpatialVae(int channels) => $$"""
        {
          "_class_name": "AutoencoderKL",
          "act_fn": "silu",
          "block_out_channels": [{{channels}}, {{2 * channels}}, {{4 * channels}}, {{4 * channels}}],
          "down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D"],
          "force_upcast": true,
          "in_channels": 3,
          "latent_channels": 4,
          "layers_per_block": 2,
          "norm_num_groups": {{Math.Min(32, channels)}},
          "out_channels": 3,
          "sample_size": 1024,
          "scaling_factor": 0.13025,
          "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D"]
        }
        """;

    /// <summary>The public file names its preset only, which has 128 channels.</summary>
    public static string VideoVae(int channels) => $$"""
        {
          "architectures": ["VideoAutoencoderPipeline"],
          "model_type": "VideoAutoencoderPipeline",
          "cal_loss": false,
          "freeze_vae_2d": false,
          "from_pretrained": null,
          "micro_frame_size": 17,
          "scale": [3.85, 2.32, 2.33, 3.06],
          "shift": [-0.1, 0.34, 0.27, 0.98],
          "torch_dtype": "float32",
          "vae_2d": { "micro_batch_size": 4, "subfolder": "vae", "type": "VideoAutoencoderKL" },
          "vae_temporal": { "from_pretrained": null, "type": "VAE_Temporal_SD"{{(channels == 128 ? "" : $", \"filters\": {channels}, \"num_groups\": {Math.Min(32, channels)}")}} }
        }
        """;
}
