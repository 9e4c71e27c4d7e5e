
namespace OpenSora.Contracts.Generation;

/// <summary>
/// What to generate and how: the flags of <c>opensora generate</c>, with their defaults. Sizes are pixels, lengths frames,
/// rates frames a second.
/// </summary>
public sealed record GenerationRequest
{
    /// <summary>The four model folders; null takes the demo model. Default: all null.</summary>
    public ModelFolders Models { get; init; } = new();

    /// <summary>Prompts. Default: none (then <see cref="PromptPath"/>, then <see cref="PromptGenerator"/>).</summary>
    public IReadOnlyList<string> Prompts { get; init; } = [];

    /// <summary>A text file with one prompt a line, or <see cref="StandardInput"/>. Default: null.</summary>
    public string? PromptPath { get; init; }

    /// <summary>As <see cref="PromptPath"/>: the standard input of the command.</summary>
    public const string StandardInput = "-";

    /// <summary>Take prompts of which the text encoder sees nothing. Default: false.</summary>
    public bool AllowEmptyPrompt { get; init; }

    /// <summary>A prompt to repeat until stopped. Default: null.</summary>
    public string? PromptGenerator { get; init; }

    /// <summary>First prompt of <see cref="PromptPath"/>, and first number of the file names. Default: null (0).</summary>
    public int? StartIndex { get; init; }

    /// <summary>One past the last prompt of <see cref="PromptPath"/>. Default: null (all).</summary>
    public int? EndIndex { get; init; }

    /// <summary>Reference images and videos of each prompt, <c>;</c> between several. Default: none.</summary>
    public IReadOnlyList<string> ReferencePaths { get; init; } = [];

    /// <summary>What is seen through transparent pixels of references: black, white or #RRGGBB. Default: null (black).</summary>
    public string? ReferenceBackground { get; init; }

    /// <summary>Mask strategy of each prompt. Default: none.</summary>
    public IReadOnlyList<string> MaskStrategies { get; init; } = [];

    /// <summary>Prompts in one batch of noise. Range: 1 and more. Default: 1.</summary>
    public int BatchSize { get; init; } = 1;

    /// <summary>Samples of each prompt. Default: null (1).</summary>
    public int? NumSample { get; init; }

    /// <summary>Clips joined to one video, each going on from the one before. Default: null (1).</summary>
    public int? Loop { get; init; }

    /// <summary>Latent frames of a clip that the next one starts from; a multiple of 5. Default: 5.</summary>
    public int ConditionFrameLength { get; init; } = 5;

    /// <summary>Edit ratio of those frames, 0 (kept) to 1 (made anew). Default: 0.</summary>
    public double ConditionFrameEdit { get; init; }

    /// <summary>Latent frames that mask positions snap to; 0 is off. Default: 5.</summary>
    public int Align { get; init; } = 5;

    /// <summary>Random seed. Default: 42.</summary>
    public long Seed { get; init; } = 42;

    /// <summary>Key of the resolution table, e.g. <c>240p</c>. Default: 240p.</summary>
    public string Resolution { get; init; } = "240p";

    /// <summary>Height to width, e.g. <c>9:16</c> (landscape). Default: 9:16.</summary>
    public string AspectRatio { get; init; } = "9:16";

    /// <summary>Height and width in pixels; wins over resolution and aspect ratio. Default: null.</summary>
    public IReadOnlyList<int>? ImageSize { get; init; }

    /// <summary>Refuse a size that the model cannot make, instead of rounding it down to multiples of 8. Default: false.</summary>
    public bool StrictSize { get; init; }

    /// <summary>Frames of a clip: a count, or 2s … 32s, 1x … 16x. Default: 51.</summary>
    public string NumFrames { get; init; } = "51";

    /// <summary>Whose table of lengths and sizes: <c>opensora</c> or <c>enflame</c>. Default: opensora.</summary>
    public string FrameTable { get; init; } = "opensora";

    /// <summary>Frame rate that the model is told. Default: 24.</summary>
    public int Fps { get; init; } = 24;

    /// <summary>Frame rate of the file. Default: 24.</summary>
    public int SaveFps { get; init; } = 24;

    /// <summary>Sizes and rates that the model is told: <c>STDiT2</c> or <c>OpenSora</c>. Default: STDiT2.</summary>
    public string MultiResolution { get; init; } = "STDiT2";

    /// <summary>Denoising steps. Range: 1 to 1000. Default: 30.</summary>
    public int NumSamplingSteps { get; init; } = 30;

    /// <summary>What steps take from earlier ones, in the words of <see cref="StepCache.Parse"/>. Default: null (nothing).</summary>
    public string? Cache { get; init; }

    /// <summary>Keep the latents after every step, beside the job, when it is done: to branch from one, or to compute one again. Default: false.</summary>
    public bool KeepSteps { get; init; }

    /// <summary>Classifier-free guidance scale. Default: 7.0.</summary>
    public double CfgScale { get; init; } = 7.0;

    /// <summary>Aesthetic score told in the prompt; null leaves it out. Default: 6.5.</summary>
    public double? Aes { get; init; } = 6.5;

    /// <summary>Motion score told in the prompt. Default: null.</summary>
    public double? Flow { get; init; }

    /// <summary>Camera motion told in the prompt, e.g. <c>pan left</c>. Default: null.</summary>
    public string? CameraMotion { get; init; }

    /// <summary>Rewrite prompts with a language model (<c>OPENAI_API_KEY</c>, <c>OPENAI_BASE_URL</c>). Default: false.</summary>
    public bool LlmRefine { get; init; }

    /// <summary>Tokens of a prompt. Range: 1 to 4096. Default: 300.</summary>
    public int ModelMaxLength { get; init; } = 300;

    /// <summary>Frames that the 2D VAE takes at once. Range: 1 and more. Default: 4.</summary>
    public int MicroBatchSize { get; init; } = 4;

    /// <summary>Frames of a chunk of the temporal VAE. Default: 17.</summary>
    public int MicroFrameSize { get; init; } = 17;

    /// <summary>Normalise queries and keys; the public checkpoints need it. Default: true.</summary>
    public bool QkNorm { get; init; } = true;

    /// <summary>Number type of the models: bf16, fp16 or fp32. Default: bf16.</summary>
    public string Dtype { get; init; } = "bf16";

    /// <summary>cpu, cuda, cuda:1, gcu, gcu:1; null takes the best one present. Default: null.</summary>
    public string? Device { get; init; }

    /// <summary>Cards that share the work, each a process of its own. Range: 1 to twice the latent frames of a clip. Default: 1.</summary>
    public int Cards { get; init; } = 1;

    /// <summary>One of the cards, of at least two, encodes texts only and keeps the text encoder in memory. Default: false.</summary>
    public bool TextEncoderCard { get; init; }

    /// <summary>CPU threads of libtorch and BLAS on each card; null shares all cores between the cards. Default: null.</summary>
    public int? Threads { get; init; }

    /// <summary>Folder for the results, made when missing. Default: ./samples/samples/.</summary>
    public string SaveDir { get; init; } = "./samples/samples/";

    /// <summary>First part of file names. Default: null (<c>sample</c>).</summary>
    public string? SampleName { get; init; }

    /// <summary>Name files after their prompts, and skip those that exist. Default: false.</summary>
    public bool PromptAsPath { get; init; }

    /// <summary>What becomes of files that have the names: <c>always</c> replaces them, <c>never</c> refuses, <c>number</c> takes other numbers. Default: null (<c>always</c>).</summary>
    public string? Overwrite { get; init; }

    /// <summary>Added to the numbers of file names: what <see cref="Overwrite"/> came to. Default: 0.</summary>
    public int NumberOffset { get; init; }

    /// <summary>Write a second file with a watermark. Default: false.</summary>
    public bool Watermark { get; init; }

    /// <summary>Constant rate factor of H.264, 0 (lossless) to 51; null takes the writer's default. Default: null.</summary>
    public int? Crf { get; init; }

    /// <summary>A safetensors file whose first tensor [n, 4, T, h, w] is the noise to start from. Default: null.</summary>
    public string? LatentNoise { get; init; }

    /// <summary>A safetensors file to write the last final latent to. Default: null.</summary>
    public string? SaveLatent { get; init; }
}

/// <summary>The model folders, laid out as the public checkpoints.</summary>
public sealed record ModelFolders
{
    /// <summary>STDiT3: config.json, model.safetensors.</summary>
    public string? Dit { get; init; }

    /// <summary>T5 v1.1 encoder: config.json, spiece.model, pytorch_model*.bin or model*.safetensors.</summary>
    public string? T5 { get; init; }

    /// <summary>2D VAE: vae/config.json, vae/diffusion_pytorch_model.safetensors.</summary>
    public string? Vae2d { get; init; }

    /// <summary>Video VAE: config.json, model.safetensors.</summary>
    public string? Vae3d { get; init; }

    /// <summary>All four of a folder that has them side by side: <c>dit</c>, <c>t5</c>, <c>vae2d</c>, <c>vae3d</c>.</summary>
    public static ModelFolders In(string folder) => new()
    {
        Dit = Path.Combine(folder, "dit"),
        T5 = Path.Combine(folder, "t5"),
        Vae2d = Path.Combine(folder, "vae2d"),
        Vae3d = Path.Combine(folder, "vae3d"),
    };
}
