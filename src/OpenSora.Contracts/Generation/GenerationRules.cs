using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Files;

namespace OpenSora.Contracts.Generation;

/// <summary>What can be said about a request without opening a file: ranges and words.</summary>
public static class GenerationRules
{
    /// <summary>The longest camera motion: training said it in two or three words.</summary>
    public const int MostOfCameraMotion = 100;

    private static readonly (string Flag, Func<GenerationRequest, double?> Of, double Least, double Most)[] Numbers =
    [
        ("--batch-size", request => request.BatchSize, 1, 1024),
        ("--num-sample", request => request.NumSample, 1, 1_000_000),
        ("--loop", request => request.Loop, 1, 10_000),
        ("--condition-frame-length", request => request.ConditionFrameLength, 0, 100_000),
        ("--num-sampling-steps", request => request.NumSamplingSteps, 1, 1000),
        ("--cfg-scale", request => request.CfgScale, 0, 100),
        ("--self-check", request => request.SelfCheck, 0, 1),
        ("--aes", request => request.Aes, 0, 100),
        ("--flow", request => request.Flow, 0, 10_000),
        ("--fps", request => request.Fps, 1, 240),
        ("--save-fps", request => request.SaveFps, 1, 240),
        ("--align", request => request.Align, 0, 10_000),
        ("--model-max-length", request => request.ModelMaxLength, 1, 4096),
        ("--micro-batch-size", request => request.MicroBatchSize, 1, 1024),
        ("--micro-frame-size", request => request.MicroFrameSize, 1, 1024),
        ("--cards", request => request.Cards, 1, 4096),
        ("--threads", request => request.Threads, 1, 1024),
        ("--crf", request => request.Crf, 0, 51),
        ("--start-index", request => request.StartIndex, 0, int.MaxValue),
    ];

    private static readonly (string Flag, Func<GenerationRequest, string> Of, string[] Known)[] Texts =
    [
        ("--dtype", request => request.Dtype, ["bf16", "fp16", "fp32"]),
        ("--frame-table", request => request.FrameTable, ["opensora", "enflame"]),
        ("--multi_resolution", request => request.MultiResolution, ["STDiT2", "OpenSora"]),
        ("--overwrite", request => request.Overwrite ?? NameReservation.Always, [NameReservation.Always, NameReservation.Never, NameReservation.Number]),
    ];

    /// <summary>The range of a number, by its flag; null for a flag without one.</summary>
    public static (double Least, double Most)? RangeOf(string flag) =>
        Numbers.Where(number => number.Flag == flag).Select(number => ((double, double)?)(number.Least, number.Most)).FirstOrDefault();

    /// <summary>The words that a flag may have; empty for one that takes others.</summary>
    public static IReadOnlyList<string> WordsOf(string flag) => Texts.FirstOrDefault(text => text.Flag == flag).Known ?? [];

    /// <exception cref="InputException">The first value out of its range, with the range.</exception>
    public static void Check(GenerationRequest request)
    {
        foreach ((string flag, Func<GenerationRequest, string> of, string[] known) in Texts)
            if (of(request) is var word && !known.Contains(word))
                throw new InputException($"{flag} '{word}' is not known: give {string.Join(", ", known)}");
        StepCache.Parse(request.Cache);
        foreach ((string flag, Func<GenerationRequest, double?> of, double least, double most) in Numbers)
            Within(flag, of(request) ?? least, least, most);
        Within("--end-index", request.EndIndex ?? int.MaxValue, request.StartIndex ?? 0, int.MaxValue);
        RgbColour.Parse(request.ReferenceBackground);
        if (request.TextEncoderCard && request.Cards < 2)
            throw new InputException($"--text-encoder-card sets one card aside, and --cards is {request.Cards}: give --cards 2 or more");
        if (request.CameraMotion?.Length > MostOfCameraMotion)
            throw new InputException($"--camera-motion has {request.CameraMotion.Length} characters: give {MostOfCameraMotion} at most, e.g. 'pan left'");
        if (request.ConditionFrameEdit is not (>= 0 and <= 1))
            throw new InputException($"the edit ratio {request.ConditionFrameEdit} is out of range: give 0 to 1");
        if (request.MicroFrameSize % 4 != 1)
            throw new InputException($"--micro-frame-size {request.MicroFrameSize} does not fit the temporal VAE: give 4k + 1, e.g. 17");
        if (request.ConditionFrameLength % 5 != 0 || (request.Loop > 1 && request.ConditionFrameLength < 5))
            throw new InputException($"--condition-frame-length {request.ConditionFrameLength} is not a whole number of chunks: give 5, 10, 15, … latent frames");
        CheckNames(request);
        if (request.Prompts.Count == 0 && request.PromptPath is null && request.PromptGenerator is null)
            throw new InputException("no prompt: give --prompt \"…\", --prompt-path FILE or --prompt-generator \"…\"");
    }

    /// <exception cref="InputException">The name leads out of the folder.</exception>
    public static void CheckName(string saveDir, string? sampleName)
    {
        if (sampleName?.Contains('\0') == true)
            throw new InputException("--sample-name has a character 0, which no file name may have: leave it out");
        string folder = Path.GetFullPath(saveDir), file = Path.GetFullPath(Path.Combine(folder, $"{sampleName}_"));
        if (!file.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal))
            throw new InputException($"--sample-name {sampleName} leads out of --save-dir, to {file}: give a name below {folder}, or another --save-dir");
    }

    private static void CheckNames(GenerationRequest request)
    {
        CheckName(request.SaveDir, request.SampleName);
        if (request.Overwrite is null or NameReservation.Always)
            return;
        if (request.Prompts.Count == 0 && request.PromptPath is null)
            throw new InputException($"--overwrite {request.Overwrite} looks at all names first, and --prompt-generator has no end: give --overwrite always");
        if (request.Overwrite == NameReservation.Number && request.PromptAsPath)
            throw new InputException("--overwrite number changes numbers, and names of --prompt-as-path have none: leave one of them out");
    }

    private static void Within(string flag, double value, double least, double most)
    {
        if (!(value >= least && value <= most))
            throw new InputException(FormattableString.Invariant($"{flag} {value} is out of range: give {least} to {most}"));
    }
}
