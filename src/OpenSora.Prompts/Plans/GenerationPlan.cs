using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Files;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Media;
using OpenSora.Layout.Clips;
using OpenSora.Prompts.Cleaning;
using OpenSora.Prompts.Masks;
using OpenSora.Prompts.Texts;

namespace OpenSora.Prompts.Plans;

/// <summary>What a request comes to: batches of videos with their prompts, references and file names.</summary>
/// <param name="Refine">Rewrites the text of a prompt segment; null leaves it.</param>
/// <param name="Losses">Hears of each text; null for nobody.</param>
public sealed record GenerationPlan(GenerationRequest Request, Func<string, string>? Refine = null, PromptLosses? Losses = null)
{
    /// <summary>How the videos are made.</summary>
    public ClipSettings Settings { get; } = ClipSettings.Of(Request);

    private int Loops => Settings.Loops;

    private int Samples => Request.NumSample ?? 1;

    /// <summary>
    /// The batches, in order: each batch of prompts as often as samples were asked for. Ends never when a prompt is to be
    /// repeated for ever. Videos whose file exists are left out where files are named after prompts.
    /// </summary>
    /// <exception cref="InputException">A prompt, a reference or a mask strategy is not well formed.</exception>
    public IEnumerable<VideoBatch> Batches()
    {
        for (int index = 0; At(index) is { } batch; index++)
        {
            PlannedVideo[] left = [.. batch.Videos.Where(video => !Done(video))];
            if (left.Length > 0)
                yield return batch with { Videos = left };
        }
    }

    /// <summary>One batch with all of its videos, whether or not their files exist; null when there are no more.</summary>
    /// <param name="index">From 0.</param>
    /// <exception cref="InputException">A prompt, a reference or a mask strategy is not well formed.</exception>
    public VideoBatch? At(int index)
    {
        (int chunk, int sample) = Math.DivRem(index, Samples);
        int first = chunk * Request.BatchSize;
        PromptJson[] prompts = [.. Prompts().Skip(first).Take(Request.BatchSize)];
        return prompts.Length == 0 ? null : new VideoBatch([.. prompts.Select((prompt, i) => Video(prompt, first + i, sample))], Settings);
    }

    /// <summary>Videos in all; null when there is no end.</summary>
    public int? Count => Sources() is { } texts ? texts.Count * Samples : null;

    /// <summary>Looks at all prompts of a request with an end, so that what is wrong with the last is told before the first is made.</summary>
    /// <exception cref="InputException">See <see cref="Batches"/>; or a clip that cannot be continued.</exception>
    public void Check()
    {
        if (Loops > 1 && Settings.Clip.Frames <= Settings.Overlap)
            throw new InputException(
                $"--loop {Loops} continues each clip from its last {Settings.Overlap} frames (--condition-frame-length {Request.ConditionFrameLength}), and a clip has {Settings.Clip.Frames}: give a larger --num-frames");
        if (Count is not { } count)
            return;
        foreach ((string name, IReadOnlyList<string> values) in new[] { ("--reference-path", Request.ReferencePaths), ("--mask-strategy", Request.MaskStrategies) })
            if (values.Count > 0 && values.Count != count / Samples)
                throw new InputException($"{name} has {values.Count} arguments for {count / Samples} prompts: give one for each, \"\" for none");
        foreach (PromptJson prompt in Prompts())
        {
            MaskGroup.Parse(prompt.MaskStrategy);
            for (int loop = 0; loop < Loops; loop++)
                PromptSegments.OfLoop(PromptSegments.Split(prompt.Text).Merge(), loop);
        }
    }

    /// <summary>Looks where the frames of references go; how many a video has is told by its decoder, later.</summary>
    /// <param name="isVideo">Whether a reference is one; else it is an image.</param>
    /// <exception cref="InputException">A mask strategy names a loop, a reference or a frame that is not there, or a reference is in none.</exception>
    public void CheckPlaces(Func<string, bool> isVideo)
    {
        int latents = Settings.Clip.Latent.Frames;
        foreach (PromptJson prompt in Count is null ? Prompts().Take(1) : Prompts())
        {
            string[] paths = Paths(prompt);
            int[] given = [.. paths.Select(path => isVideo(path) ? FrameCounts.Most : 1)], loops = [.. MaskGroup.Parse(prompt.MaskStrategy).Select(group => group.Loop).Distinct()];
            foreach (int loop in loops.Where(loop => loop < 0 || loop >= Loops))
                throw new InputException($"--mask-strategy '{prompt.MaskStrategy}' has a group for loop {loop}, and --loop makes 0 to {Loops - 1}: give one of these, or leave the group out");
            // A later clip has those before it as references, too.
            HashSet<int> placed = [.. loops.SelectMany(loop => MaskStrategy.Places(prompt.MaskStrategy, loop, Request.Align, latents, [.. given, .. Enumerable.Repeat(latents, loop)])).Select(place => place.Reference)];
            foreach (int unused in Enumerable.Range(0, given.Length).Where(reference => !placed.Contains(reference)))
                throw new InputException($"--reference-path has reference {unused}, {Path.GetFileName(paths[unused])}, and no --mask-strategy places it: give --mask-strategy 0,{unused} to put it at the start, or leave it out");
        }
    }

    /// <summary>Takes all prompts to the text encoder's door for <see cref="Losses"/>; of a request without an end the one that is repeated.</summary>
    /// <exception cref="InputException">A prompt of which nothing is left, and that was not allowed.</exception>
    public void Look()
    {
        foreach ((int i, PromptJson prompt) in (Count is null ? Prompts().Take(1) : Prompts()).Index())
            ByLoop(prompt.Text, (Request.StartIndex ?? 0) + i);
    }

    /// <summary>The reference files of a request with an end: paths and addresses.</summary>
    public IEnumerable<string> References() => Count is null ? [] : Prompts().SelectMany(Paths).Distinct();

    /// <summary>The names of all prompts; of a request without end that of the first.</summary>
    /// <exception cref="InputException">Two prompts that differ have one name.</exception>
    public IEnumerable<ReservedName> Names() => (Count is null ? Prompts().Take(1) : Prompts())
        .Select((prompt, i) => (prompt.Text, Name: new ReservedName(NameOf(prompt, i), [.. Enumerable.Range(0, Samples).SelectMany(sample => FilesOf(FileOf(prompt, i, sample)))])))
        .GroupBy(named => named.Name.Path)
        .Select(same => same.FirstOrDefault(other => other.Text != same.First().Text).Text is { } other
            ? throw new InputException($"--prompt-as-path names the videos of '{same.First().Text}' and '{other}' both {same.Key}: change a word of one")
            : same.First().Name);

    private IEnumerable<PromptJson> Prompts() => (Sources() ?? Endless()).Select((text, i) =>
        PromptJson.Read(text, Request.ReferencePaths.ElementAtOrDefault(i) ?? "", Request.MaskStrategies.ElementAtOrDefault(i) ?? ""));

    private IReadOnlyList<string>? Sources() =>
        Request.Prompts.Count > 0 ? Request.Prompts
        : Request.PromptPath is { } path ? PromptFile.Read(path, Request.StartIndex, Request.EndIndex)
        : null;

    private IEnumerable<string> Endless()
    {
        while (true)
            yield return Request.PromptGenerator ?? "";
    }

    private PlannedVideo Video(PromptJson prompt, int index, int sample) =>
        new(ByLoop(prompt.Text, (Request.StartIndex ?? 0) + index), Paths(prompt), prompt.MaskStrategy, FileOf(prompt, index, sample));

    private string FileOf(PromptJson prompt, int index, int sample) =>
        NameOf(prompt, index, Samples, sample) + (Settings.Clip.IsImage && Loops == 1 ? ".png" : ".mp4");

    private string NameOf(PromptJson prompt, int index, int samples = 1, int sample = 0) => OutputName.Of(
        Request.SaveDir, Request.SampleName, (Request.StartIndex ?? 0) + Request.NumberOffset + index, Request.PromptAsPath ? prompt.Text : null, samples, sample);

    private string[] FilesOf(string video) => Request.Watermark ? [video, MarkedFile.Of(video)] : [video];

    /// <summary>The original's order: cut at loop marks, refine, append scores, clean, merge, choose by loop.</summary>
    private string[] ByLoop(string text, int index)
    {
        string name = Count is null or 1 ? "the prompt" : $"prompt {index}";
        PromptScores scores = new(Request.Aes, Request.Flow, Request.CameraMotion);
        PromptSegments segments = PromptSegments.Split(text);
        if (Refine is not null)
            segments = segments.Select(Refine);
        foreach (string segment in segments.Texts)
            Losses?.OfCleaning(name, segment);
        string merged = segments.Select(scores.Append).Select(segment => CaptionCleaner.Preprocess(segment)).Merge();
        string[] texts = [.. Enumerable.Range(0, Loops).Select(loop => PromptSegments.OfLoop(merged, loop))];
        foreach (string cleaned in texts.Distinct())
            Losses?.OfLength(name, cleaned);
        return texts;
    }

    private static string[] Paths(PromptJson prompt)
    {
        string[] paths = prompt.Reference.Length == 0 ? [] : prompt.Reference.Split(';');
        return paths.All(path => path.Length > 0)
            ? paths
            : throw new InputException($"--reference-path '{prompt.Reference}' has an empty path between ';': leave the ';' out, or references would get other numbers");
    }

    private bool Done(PlannedVideo video) => Request.PromptAsPath && File.Exists(video.File);
}
