using System.CommandLine;
using System.CommandLine.Parsing;
using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Files;
using OpenSora.Contracts.Generation;

namespace OpenSora.Client.Commands;

/// <summary>
/// The flags of <c>generate</c>: those of the original's <c>demo_open_sora.py</c> with their names, types and defaults, and ours.
/// </summary>
internal sealed class GenerateFlags
{
    private static readonly GenerationRequest Default = new();

    private readonly Option<string?> _dit = Flag.OptionalPath("--ckpt-path-dit", "Folder of the STDiT3 transformer: config.json, model.safetensors. [default: models/demo]");
    private readonly Option<string?> _ckpt = Flag.OptionalPath("--ckpt-path", "The same as --ckpt-path-dit, which wins.");
    private readonly Option<string?> _t5 = Flag.OptionalPath("--ckpt-path-t5", "Folder of the T5 v1.1 text encoder: config.json, spiece.model, weights. [default: models/demo]");
    private readonly Option<string?> _vae2d = Flag.OptionalPath("--ckpt-path-vae2d", "Folder of the 2D VAE: vae/config.json and weights. [default: models/demo]");
    private readonly Option<string?> _vae3d = Flag.OptionalPath("--ckpt-path-vae3d", "Folder of the video VAE: config.json, model.safetensors. [default: models/demo]");
    private readonly Option<string[]> _prompt = Flag.Texts("--prompt", "One or more prompts; {\"reference_path\": …, \"mask_strategy\": …} may follow a prompt; |0|…|1|… changes it by loop.");
    private readonly Option<string?> _promptPath = Flag.OptionalPath("--prompt-path", "Text file with one prompt a line, or - for standard input; --prompt wins.");
    private readonly Option<Toggle> _allowEmpty = Flag.Bool("--allow-empty-prompt", "Take a prompt that is empty, or of which nothing is left when it is cleaned for the text encoder.");
    private readonly Option<string?> _promptGenerator = Flag.OptionalText("--prompt-generator", "A prompt to generate from again and again until stopped.");
    private readonly Option<Toggle> _promptAsPath = Flag.Bool("--prompt-as-path", "Name files after their prompts, and skip those that exist.");
    private readonly Option<Toggle> _llmRefine = Flag.Bool("--llm-refine", "Rewrite prompts with a language model: needs OPENAI_API_KEY; OPENAI_BASE_URL and OPENAI_MODEL are read.");
    private readonly Option<int?> _start = Flag.OptionalInt("--start-index", "First prompt of --prompt-path (from 0, blank lines not counted), and first number of file names. [default: 0]");
    private readonly Option<int?> _end = Flag.OptionalInt("--end-index", "One past the last prompt of --prompt-path. [default: all]");
    private readonly Option<string[]> _references = Flag.Texts("--reference-path", "Reference images or videos, one argument a prompt, ';' between several of one prompt.");
    private readonly Option<string?> _background = Flag.OptionalText("--reference-background", "What is seen through transparent pixels of references: black, white or #RRGGBB. [default: black]");
    private readonly Option<string[]> _masks = Flag.Texts("--mask-strategy", "One argument a prompt: loop,reference,reference start,target start,length,edit ratio in latent frames; ';' between several. E.g. 0 puts the first reference at the start.");
    private readonly Option<double?> _aes = Flag.OptionalDouble("--aes", "Aesthetic score told in the prompt.", Default.Aes);
    private readonly Option<double?> _flow = Flag.OptionalDouble("--flow", "Motion score told in the prompt.");
    private readonly Option<string?> _camera = Flag.OptionalText("--camera-motion", "Camera motion told in the prompt, e.g. \"pan left\".");

    private readonly Option<string> _resolution = Flag.Text("--resolution", "144p, 240p, 360p, 480p, 720p, 1080p, 2k or 4k (or 256, 512, 1024, 2048, 2880: areas of squares).", Default.Resolution);
    private readonly Option<string> _aspect = Flag.Text("--aspect-ratio", "Height to width: 9:16 is landscape, 16:9 portrait.", Default.AspectRatio);
    private readonly Option<int[]> _imageSize = new("--image-size") { Description = "Height and width in pixels; wins over resolution and aspect ratio.", Arity = new ArgumentArity(2, 2), AllowMultipleArgumentsPerToken = true };
    private readonly Option<Toggle> _strictSize = Flag.Bool("--strict-size", "Refuse a size that is not of multiples of 8, instead of rounding it down.");
    private readonly Option<string> _frames = Flag.Text("--num-frames", "Frames of a clip: a count, or 2s, 4s, 8s, 16s, 32s, 1x, 2x, 4x, 8x, 16x; 1 makes a PNG.", Default.NumFrames);
    private readonly Option<string> _frameTable = Flag.Choice("--frame-table", "Whose lengths and sizes: opensora (2s is 51 frames) or enflame (2s is 40 frames, 720p 1:1 is 720x720).", Default.FrameTable, "opensora", "enflame");
    private readonly Option<int> _fps = Flag.Int("--fps", "Frame rate that the model is told, in frames a second.", Default.Fps);
    private readonly Option<int?> _saveFps = Flag.OptionalInt("--save-fps", "Frame rate of the file, in frames a second. [default: 24]");
    private readonly Option<int> _frameInterval = Flag.Int("--frame-interval", "Divides --fps to give --save-fps where that is not given and this is not 1.", 1);
    private readonly Option<int?> _loop = Flag.OptionalInt("--loop", "Clips joined to one video, each going on from the last frames of the one before. [default: 1]");
    private readonly Option<int> _conditionFrames = Flag.Int("--condition-frame-length", "Latent frames (5 are 17 frames) that a clip takes over from the one before.", Default.ConditionFrameLength);
    private readonly Option<int> _align = Flag.Int("--align", "Latent frames that positions of --mask-strategy snap to; 0 is off.", Default.Align);
    private readonly Option<string> _multiResolution = new("--multi_resolution", "--multi-resolution") { Description = "How sizes and rates are told to the model: STDiT2 or OpenSora (the same).", DefaultValueFactory = _ => Default.MultiResolution };
    private readonly Option<long> _seed = Flag.Long("--seed", "Random seed.", Default.Seed);
    private readonly Option<int> _steps = Flag.Int("--num-sampling-steps", "Denoising steps.", Default.NumSamplingSteps);
    private readonly Option<double> _cfg = Flag.Double("--cfg-scale", "Classifier-free guidance scale.", Default.CfgScale);
    private readonly Option<string> _cache = Flag.Text("--cache", "Take work from earlier steps, which changes the video: pab (pyramid attention broadcast), fb or fb:THRESHOLD (first-block cache; up to which change it holds, above 0 and at most 1), or none.", "none");
    private readonly Option<Toggle> _keepSteps = Flag.Bool("--keep-steps", "Keep the latents after every step in the job's folder when the video is done; plan tells what they take.");
    private readonly Option<double> _selfCheck = Flag.Double("--self-check", "Share of the steps, 0 to 1, that other cards of the gang compute again before they count; a card that computes otherwise is retired.", Default.SelfCheck);
    private readonly Option<int> _batch = Flag.Int("--batch-size", "Prompts that share one draw of noise.", Default.BatchSize);
    private readonly Option<int?> _samples = Flag.OptionalInt("--num-sample", "Videos of each prompt. [default: 1]");

    private readonly Option<string?> _device = Flag.OptionalText("--device", "cpu, cuda, cuda:1, gcu or gcu:1. [default: the best one present]");
    private readonly Option<string> _dtype = Flag.Choice("--dtype", "Number type of the models: bf16, fp16 or fp32. On a CPU weights are rounded to it and kernels run in fp32.", Default.Dtype, "bf16", "fp16", "fp32");
    private readonly Option<int> _cards = Flag.Int("--cards", "Cards that share a video, each a process of its own on this machine; at most twice the latent frames of a clip.", Default.Cards);
    private readonly Option<Toggle> _textCard = Flag.Bool("--text-encoder-card", "One of the --cards, of at least 2, encodes texts only and keeps the text encoder in memory; else it is let go before steps.");
    private readonly Option<int?> _threads = Flag.OptionalInt("--threads", "CPU threads of libtorch and BLAS on each card. [default: all cores, shared between the cards]");
    private readonly Option<int> _maxLength = Flag.Int("--model-max-length", "Tokens of a prompt.", Default.ModelMaxLength);
    private readonly Option<int> _microBatch = Flag.Int("--micro-batch-size", "Frames that the 2D VAE takes at once.", Default.MicroBatchSize);
    private readonly Option<int> _microFrames = Flag.Int("--micro-frame-size", "Frames of a chunk of the temporal VAE.", Default.MicroFrameSize);
    private readonly Option<Toggle> _qkNorm = Flag.Bool("--qk-norm", "Normalise queries and keys, as the public checkpoint needs.", true);

    private readonly Option<string> _saveDir = Flag.Path("--save-dir", "Folder for the results, made when missing.", Default.SaveDir);
    private readonly Option<string?> _name = Flag.OptionalText("--sample-name", "First part of the file names. [default: sample]");
    private readonly Option<string> _overwrite = Flag.Choice("--overwrite", "What becomes of files that have the names: always replaces them, never refuses to begin, number takes the next free numbers.", NameReservation.Always, NameReservation.Always, NameReservation.Never, NameReservation.Number);
    private readonly Option<int?> _crf = Flag.OptionalInt("--crf", "Constant rate factor of H.264: 0 is lossless, larger is smaller. [default: chosen for 40 dB and more]");
    private readonly Option<Toggle> _watermark = Flag.Bool("--watermark", "Write a second file, NAME_watermark.mp4, with a mark at the top left.");
    private readonly Option<string?> _noise = Flag.OptionalPath("--latent-noise", "Safetensors file with the noise to start from, [n, 4, T, h, w] float32.");
    private readonly Option<string?> _saveLatent = Flag.OptionalPath("--save-latent", "Write the final latent of the last loop to this safetensors file.");
    private readonly Option<int?> _verbose = Flag.OptionalInt("--verbose", "0 shows errors only. [default: 1]");

    /// <summary>Flags of the original that name nothing this program does: taken, so that command lines keep working.</summary>
    private static readonly Option[] Accepted =
    [
        Flag.OptionalText("--outputs", "Taken for compatibility: training only."),
        Flag.OptionalText("--data-path", "Taken for compatibility: training only."),
        Flag.Bool("--flash-attn", "Taken for compatibility: attention is always blocked."),
        Flag.Bool("--layernorm-kernel", "Taken for compatibility: no effect."),
        Flag.Bool("--enable-compile", "Taken for compatibility: no effect."),
        Flag.Int("--warmup-count", "Taken for compatibility: benchmark only.", 1),
        Flag.Int("--eval-count", "Taken for compatibility: benchmark only.", 1),
        Flag.Text("--benchmark-save-path", "Taken for compatibility: benchmark only.", "./benchmark/report-opensora-v1.2.json"),
    ];

    public IEnumerable<Option> All =>
    [
        _prompt, _promptPath, _allowEmpty, _promptGenerator, _promptAsPath, _llmRefine, _start, _end, _references, _background, _masks, _aes, _flow, _camera,
        _resolution, _aspect, _imageSize, _strictSize, _frames, _frameTable, _fps, _saveFps, _frameInterval, _loop, _conditionFrames, _align, _multiResolution,
        _seed, _steps, _cfg, _cache, _keepSteps, _selfCheck, _batch, _samples,
        _dit, _ckpt, _t5, _vae2d, _vae3d, _device, _dtype, _cards, _textCard, _threads, _maxLength, _microBatch, _microFrames, _qkNorm,
        _saveDir, _name, _overwrite, _crf, _watermark, _noise, _saveLatent, _verbose,
        .. Accepted,
    ];

    /// <summary>Whether <c>--verbose 0</c> was given.</summary>
    public bool Quiet(ParseResult parsed) => parsed.GetValue(_verbose) == 0;

    /// <summary><c>--cards</c>; null where it was not given.</summary>
    public int? CardsIfGiven(ParseResult parsed) => IsGiven(parsed, _cards) ? parsed.GetValue(_cards) : null;

    /// <summary>
    /// The request that the flags describe. Paths are made absolute: the card may run elsewhere. Where neither a checkpoint nor
    /// a size is given, the demo model's own size, length, steps and guidance are taken.
    /// </summary>
    /// <exception cref="InputException">The demo model's defaults cannot be read.</exception>
    public GenerationRequest Read(ParseResult parsed)
    {
        GenerationRequest request = Given(parsed);
        bool own = new Option[] { _dit, _ckpt, _t5, _vae2d, _vae3d, _resolution, _aspect, _imageSize, _frames, _frameTable }.Any(flag => IsGiven(parsed, flag));
        if (own)
            return request;
        DemoDefaults demo = DemoDefaults.OfInstallation();
        return request with
        {
            ImageSize = demo.ImageSize,
            NumFrames = demo.NumFrames ?? request.NumFrames,
            NumSamplingSteps = IsGiven(parsed, _steps) ? request.NumSamplingSteps : demo.NumSamplingSteps ?? request.NumSamplingSteps,
            CfgScale = IsGiven(parsed, _cfg) ? request.CfgScale : demo.CfgScale ?? request.CfgScale,
            SaveFps = IsGiven(parsed, _saveFps) || IsGiven(parsed, _frameInterval) ? request.SaveFps : demo.SaveFps ?? request.SaveFps,
        };
    }

    /// <summary>
    /// The flags that were given as fields of the HTTP API, which has their names in snake case; what is left out is the service's to
    /// say. Flags about files of this machine are not among them.
    /// </summary>
    /// <returns>The fields, and the reference to send; null for none.</returns>
    /// <exception cref="InputException">There is not one prompt, or several references.</exception>
    public (IReadOnlyDictionary<string, string> Fields, string? Reference) ReadFields(ParseResult parsed)
    {
        if (parsed.GetValue(_prompt) is not [_])
            throw new InputException("a service makes one video of one prompt at a time: give one --prompt");
        if (parsed.GetValue(_batch) != 1 || parsed.GetValue(_samples) is not (null or 1))
            throw new InputException("a service makes one video at a time: leave --batch-size and --num-sample at 1, and ask once for each");
        Option[] local = [_references, _saveDir, _name, _overwrite, _verbose, _batch, _samples, _start, .. Accepted];
        Dictionary<string, string> fields = [];
        foreach (Option option in All.Except(local).Where(option => IsGiven(parsed, option)))
            fields[option.Name.TrimStart('-').Replace('-', '_')] = TextOf(parsed.GetResult(option)!);
        if (fields.Remove("image_size"))
        {
            FrameSize size = ClipGeometry.Of(Given(parsed)).Nominal;
            fields["size"] = FormattableString.Invariant($"{size.Width}x{size.Height}");
        }
        if (fields.Remove("frame_interval"))
            fields["save_fps"] = FormattableString.Invariant($"{Given(parsed).SaveFps}");
        return (fields, parsed.GetValue(_references) switch
        {
            null or [] or [""] => null,
            [var file] when !file.Contains(';', StringComparison.Ordinal) => file,
            _ => throw new InputException("a service takes one reference: give one --reference-path"),
        });
    }

    /// <summary>Where the file of a service goes, by the same flags as a local one, and held for one run at a time.</summary>
    /// <returns>Without its extension.</returns>
    /// <exception cref="InputException">The name leads out of the folder, is held, or has a file that is to stay.</exception>
    public (string Path, NameReservation Held) HoldName(ParseResult parsed)
    {
        (string folder, string? name) = (parsed.GetRequiredValue(_saveDir), parsed.GetValue(_name));
        GenerationRules.CheckName(folder, name);
        (int added, NameReservation held) = NameReservation.Take(parsed.GetRequiredValue(_overwrite), more => [new ReservedName(At(more), [At(more) + ".mp4", At(more) + ".png"])]);
        return (At(added), held);

        string At(int more) => Path.GetFullPath(Path.Combine(folder, $"{name ?? "sample"}_{(parsed.GetValue(_start) ?? 0) + more:D4}"));
    }

    private static string TextOf(OptionResult given) => given.Tokens.Count == 0 ? "true" : given.Tokens[^1].Value;

    private static bool IsGiven(ParseResult parsed, Option flag) => parsed.GetResult(flag) is { Implicit: false };

    private GenerationRequest Given(ParseResult parsed) => new()
    {
        Models = new ModelFolders
        {
            Dit = Absolute(parsed.GetValue(_dit) ?? parsed.GetValue(_ckpt)),
            T5 = Absolute(parsed.GetValue(_t5)),
            Vae2d = Absolute(parsed.GetValue(_vae2d)),
            Vae3d = Absolute(parsed.GetValue(_vae3d)),
        },
        Prompts = parsed.GetValue(_prompt) ?? [],
        PromptPath = parsed.GetValue(_promptPath) is GenerationRequest.StandardInput ? GenerationRequest.StandardInput : Absolute(parsed.GetValue(_promptPath)),
        AllowEmptyPrompt = parsed.IsOn(_allowEmpty),
        PromptGenerator = parsed.GetValue(_promptGenerator),
        PromptAsPath = parsed.IsOn(_promptAsPath),
        LlmRefine = parsed.IsOn(_llmRefine),
        StartIndex = parsed.GetValue(_start),
        EndIndex = parsed.GetValue(_end),
        ReferencePaths = parsed.GetValue(_references) ?? [],
        ReferenceBackground = parsed.GetValue(_background),
        MaskStrategies = parsed.GetValue(_masks) ?? [],
        Aes = parsed.GetValue(_aes),
        Flow = parsed.GetValue(_flow),
        CameraMotion = parsed.GetValue(_camera),
        Resolution = parsed.GetRequiredValue(_resolution),
        AspectRatio = parsed.GetRequiredValue(_aspect),
        ImageSize = parsed.GetValue(_imageSize) is { Length: > 0 } size ? size : null,
        StrictSize = parsed.IsOn(_strictSize),
        NumFrames = parsed.GetRequiredValue(_frames),
        FrameTable = parsed.GetRequiredValue(_frameTable),
        Fps = parsed.GetValue(_fps),
        SaveFps = parsed.GetValue(_saveFps) ?? (parsed.GetValue(_frameInterval) is var every and not 1 ? parsed.GetValue(_fps) / Math.Max(1, every) : Default.SaveFps),
        Loop = parsed.GetValue(_loop),
        ConditionFrameLength = parsed.GetValue(_conditionFrames),
        Align = parsed.GetValue(_align),
        MultiResolution = parsed.GetRequiredValue(_multiResolution),
        Seed = parsed.GetValue(_seed),
        NumSamplingSteps = parsed.GetValue(_steps),
        CfgScale = parsed.GetValue(_cfg),
        Cache = parsed.GetRequiredValue(_cache) is var cache and not "none" ? cache : null,
        KeepSteps = parsed.IsOn(_keepSteps),
        SelfCheck = parsed.GetValue(_selfCheck),
        BatchSize = parsed.GetValue(_batch),
        NumSample = parsed.GetValue(_samples),
        Device = parsed.GetValue(_device),
        Dtype = parsed.GetRequiredValue(_dtype),
        Cards = parsed.GetValue(_cards),
        TextEncoderCard = parsed.IsOn(_textCard),
        Threads = parsed.GetValue(_threads),
        ModelMaxLength = parsed.GetValue(_maxLength),
        MicroBatchSize = parsed.GetValue(_microBatch),
        MicroFrameSize = parsed.GetValue(_microFrames),
        QkNorm = parsed.IsOn(_qkNorm),
        SaveDir = parsed.GetRequiredValue(_saveDir),
        SampleName = parsed.GetValue(_name),
        Overwrite = parsed.GetRequiredValue(_overwrite),
        Crf = parsed.GetValue(_crf),
        Watermark = parsed.IsOn(_watermark),
        LatentNoise = Absolute(parsed.GetValue(_noise)),
        SaveLatent = Absolute(parsed.GetValue(_saveLatent)),
    };

    private static string? Absolute(string? path) => path is null ? null : Path.GetFullPath(path);
}
