namespace OpenSora.Contracts.Generation;

/// <summary>What can be said about a request without opening a file: ranges and words.</summary>
public static class GenerationRules
{
    /// <exception cref="InputException">The first value out of its range, with the range.</exception>
    public static void Check(GenerationRequest request)
    {
        Among("--dtype", request.Dtype, "bf16", "fp16", "fp32");
        Among("--frame-table", request.FrameTable, "opensora", "enflame");
        Among("--multi_resolution", request.MultiResolution, "STDiT2", "OpenSora");
        StepCache.Parse(request.Cache);
        Within("--batch-size", request.BatchSize, 1, 1024);
        Within("--num-sample", request.NumSample ?? 1, 1, 1_000_000);
        Within("--loop", request.Loop ?? 1, 1, 10_000);
        Within("--num-sampling-steps", request.NumSamplingSteps, 1, 1000);
        Within("--fps", request.Fps, 1, 240);
        Within("--save-fps", request.SaveFps, 1, 240);
        Within("--align", request.Align, 0, 10_000);
        Within("--model-max-length", request.ModelMaxLength, 1, 4096);
        Within("--micro-batch-size", request.MicroBatchSize, 1, 1024);
        Within("--micro-frame-size", request.MicroFrameSize, 1, 1024);
        Within("--cards", request.Cards, 1, 4096);
        if (request.TextEncoderCard && request.Cards < 2)
            throw new InputException($"--text-encoder-card sets one card aside, and --cards is {request.Cards}: give --cards 2 or more");
        Within("--threads", request.Threads ?? 1, 1, 1024);
        Within("--crf", request.Crf ?? 0, 0, 51);
        Within("--start-index", request.StartIndex ?? 0, 0, int.MaxValue);
        Within("--end-index", request.EndIndex ?? int.MaxValue, request.StartIndex ?? 0, int.MaxValue);
        if (!double.IsFinite(request.CfgScale) || !double.IsFinite(request.ConditionFrameEdit) || request.ConditionFrameEdit is < 0 or > 1)
            throw new InputException($"--cfg-scale {request.CfgScale} or the edit ratio {request.ConditionFrameEdit} is out of range: give finite numbers, the ratio from 0 to 1");
        if (request.MicroFrameSize % 4 != 1)
            throw new InputException($"--micro-frame-size {request.MicroFrameSize} does not fit the temporal VAE: give 4k + 1, e.g. 17");
        if (request.Loop > 1 && (request.ConditionFrameLength < 5 || request.ConditionFrameLength % 5 != 0))
            throw new InputException($"--condition-frame-length {request.ConditionFrameLength} is not a whole number of chunks: give 5, 10, 15, … latent frames");
        if (request.Prompts.Count == 0 && request.PromptPath is null && request.PromptGenerator is null)
            throw new InputException("no prompt: give --prompt \"…\", --prompt-path FILE or --prompt-generator \"…\"");
    }

    private static void Within(string flag, int value, int least, int most)
    {
        if (value < least || value > most)
            throw new InputException($"{flag} {value} is out of range: give {least} to {most}");
    }

    private static void Among(string flag, string value, params string[] words)
    {
        if (!words.Contains(value))
            throw new InputException($"{flag} '{value}' is not known: give {string.Join(", ", words)}");
    }
}
