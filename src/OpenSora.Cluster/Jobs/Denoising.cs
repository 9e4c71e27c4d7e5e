using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Crews;
using OpenSora.Cluster.Gangs;
using OpenSora.Cluster.Store;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Layout.Clips;
using OpenSora.Layout.Latents;

namespace OpenSora.Cluster.Jobs;

/// <summary>The verbs from prompt to latent: EncodeText, Start, Denoise, Finish.</summary>
internal static class Denoising
{
    private static readonly WorkKind Denoise = new(Stage.Denoise);

    /// <summary>The prompts of a loop as the transformer takes them. One card is enough for the text encoder.</summary>
    public static async Task<Answer<TextEncoded>> EncodeText(JobContext job, IReadOnlyList<string> prompts, int loop, CancellationToken cancel)
    {
        if (!job.Crew.Members.Any(member => member.HasText))
            await RunText<Loaded>(job, Stage.Load, new LoadTask([Network.Text]) { Job = job.Job, Request = job.Request }, cancel);
        (string vocabulary, IReadOnlyList<IReadOnlyList<long>> tokens) = await Task.Run(() => job.Plan.Tokenize(prompts), cancel);
        Answer<TextEncoded> answer = await RunText<TextEncoded>(job, Stage.Encode, new EncodeTextTask(vocabulary, tokens) { Job = job.Job, Request = job.Request }, cancel);
        job.Voice.Progress(Stage.Encode, loop + 1, job.Loops);
        return answer;
    }

    private static async Task<Answer<T>> RunText<T>(JobContext job, string stage, CardTask task, CancellationToken cancel) where T : LastReply
    {
        using IDisposable timed = job.Clock.Time(stage);
        WorkKind kind = new(stage) { NeedsLoaded = false, Prefer = member => member.HasText };
        return await job.Work.Run<T>(kind, new TaskOrder(task), null, cancel);
    }

    /// <summary>Noise with references in it; or where the loop stood, when the job was begun before.</summary>
    public static async Task<LoopStart> Start(JobContext job, Batch batch, int loop, CancellationToken cancel)
    {
        if (await job.Folder.FindStart(batch.Index, loop) is { } kept)
            return kept;
        ReadOnlyMemory<byte>? noise = loop == 0 ? batch.Noise : null;
        StartOfVideo[] videos = [.. batch.Videos.Zip(batch.References, (video, own) => new StartOfVideo(video.MaskStrategy, [.. own.Select(latent => latent.Part)]))];
        StartTask task = new(loop, videos, noise is not null) { Job = job.Job, Request = job.Request };
        ReadOnlyMemory<byte>[] references = [.. batch.References.SelectMany(own => own).Select(latent => latent.Bytes)];
        TaskOrder order = new(task, [batch.Random, .. noise is { } given ? [given] : Array.Empty<ReadOnlyMemory<byte>>(), .. references]);
        Answer<Started> answer;
        try
        {
            answer = await job.Work.Run<Started>(Denoise, order, null, cancel);
        }
        catch (InputException error) when (noise is not null)
        {
            // The card has the file's bytes, and not its name.
            throw new InputException($"{job.Request.LatentNoise}: {error.Message}", error);
        }
        LoopStart start = new(answer.Parts[0], answer.Header.EditRatios, new Checkpoint(0, [.. answer.Parts.Skip(1)]));
        job.KeepStart(batch, loop, start);
        return start;
    }

    /// <summary>All steps that are left, on all cards.</summary>
    public static async Task<FinishedClip> Run(JobContext job, Batch batch, int loop, LoopStart start, Answer<TextEncoded> prompts, CancellationToken cancel)
    {
        using IDisposable timed = job.Clock.Time(Stage.Denoise);
        job.Crew.LetTextsGo();
        DenoiseWork work = new(job.Job, job.Request, loop, batch.Clip, start.Random, start.EditRatios, prompts.Header.Prompts, prompts.Parts, job.Options.LinkSilence);
        job.Voice.Progress(Stage.Denoise, start.From.Step, work.Steps);
        Denoiser denoiser = new(job.Crew, job.Work, job.Client, job.Epochs, job.Tally, job.Options);
        (Checkpoint last, ReadOnlyMemory<byte> random) = await denoiser.Run(work, start.From, StepDone, cancel);
        FinishedClip clip = new(random, last.Samples);
        job.KeepClip(batch, loop, clip);
        return clip;

        void StepDone(Checkpoint checkpoint)
        {
            job.Voice.Progress(Stage.Denoise, checkpoint.Step, work.Steps);
            if (work.CanGoOnAfter(checkpoint.Step))
                job.KeepStep(batch, loop, checkpoint);
            job.StepDone?.Invoke(checkpoint);
        }
    }

    /// <summary>The final latents as they are hashed, [4, T, h, w] in float32; written to a file where that was asked for.</summary>
    public static Task<IReadOnlyList<ReadOnlyMemory<byte>>> Finish(JobContext job, FinishedClip clip) => Task.Run<IReadOnlyList<ReadOnlyMemory<byte>>>(() =>
    {
        ClipSettings settings = ClipSettings.Of(job.Request);
        ReadOnlyMemory<byte>[] latents = [.. clip.Samples.Select(sample => (ReadOnlyMemory<byte>)LatentForm.OfTokens(sample.Span, settings.Clip.Latent))];
        if (job.Request.SaveLatent is { } path)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            KeptFile.Write(path, file =>
            {
                file.Write(SafetensorsPreamble.Of([new("latent", "F32", settings.LatentShape(latents.Length), latents.Sum(latent => (long)latent.Length))]));
                foreach (ReadOnlyMemory<byte> latent in latents)
                    file.Write(latent.Span);
            });
            job.HasNamed(path);
        }
        return latents;
    });
}
