using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Leases;
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
        (string vocabulary, IReadOnlyList<IReadOnlyList<long>> tokens) = await Task.Run(() => job.Plan.Tokenize(prompts), cancel);
        Answer<TextEncoded> answer = await (job.Results is { } results ? results.Texts(vocabulary, tokens, Encode) : Encode(tokens));
        job.Progress.Report(Stage.Encode, loop + 1, job.Loops);
        return answer;

        async Task<Answer<TextEncoded>> Encode(IReadOnlyList<IReadOnlyList<long>> texts)
        {
            if (!job.Cards.Members.Any(member => member.HasText))
                job.Trail.Learn((await RunText<Loaded>(job, Stage.Load, new LoadTask([Network.Text]) { Job = job.Job, Request = job.Request }, cancel)).Header.Weights);
            return await RunText<TextEncoded>(job, Stage.Encode, new EncodeTextTask(vocabulary, texts) { Job = job.Job, Request = job.Request }, cancel);
        }
    }

    /// <summary>The networks of steps and chunks, on all cards that are there.</summary>
    /// <returns>The loading of cards that come later, until it is cancelled.</returns>
    public static async Task<Task> Load(JobContext job, CancellationToken cancel)
    {
        LoadTask shared = new([Network.Transformer, Network.Autoencoder]) { Job = job.Job, Request = job.Request };
        Task later = await job.Loading.Begin(new TaskOrder(shared), (done, all) => job.Progress.Report(Stage.Load, done, all), cancel);
        job.Trail.Learn(job.Loading.Weights);
        return later;
    }

    private static async Task<Answer<T>> RunText<T>(JobContext job, string stage, CardTask task, CancellationToken cancel) where T : LastReply
    {
        using IDisposable timed = job.Clock.Time(stage);
        WorkKind kind = new(stage) { NeedsLoaded = false, Prefer = member => member.HasText };
        return await job.Tasks.Run<T>(kind, new TaskOrder(task), null, cancel);
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
        LoopStart start = await (job.Results is { } results ? results.Start(task, order.Parts, Make) : Make());
        job.KeepStart(batch, loop, start);
        return start;

        async Task<LoopStart> Make()
        {
            try
            {
                Answer<Started> answer = await job.Tasks.Run<Started>(Denoise, order, null, cancel);
                return new LoopStart(answer.Parts[0], answer.Header.EditRatios, new Checkpoint(0, [.. answer.Parts.Skip(1)]));
            }
            catch (InputException error) when (noise is not null)
            {
                // The card has the file's bytes, and not its name.
                throw new InputException($"{job.Request.LatentNoise}: {error.Message}", error);
            }
        }
    }

    /// <summary>All steps that are left, on all cards.</summary>
    public static async Task<FinishedClip> Run(JobContext job, Batch batch, int loop, LoopStart start, Answer<TextEncoded> prompts, CancellationToken cancel)
    {
        using IDisposable timed = job.Clock.Time(Stage.Denoise);
        job.Cards.LetTextsGo();
        DenoiseWork work = WorkOf(job, loop, start, prompts) with { Checks = new StepChecks(job.Request.SelfCheck, job.Request.Seed, batch.Index, loop) };
        // Who is to keep each step has to make each.
        (Checkpoint From, KeptResult Kept)? before =
            start.From.Step > 0 || job.Request.KeepSteps || job.Results is null ? null : await job.Results.LastStep(work, start.From);
        Action<Checkpoint, Func<IReadOnlyList<string>>>? keepResult = job.Results?.Steps(work, before?.Kept.Units ?? 0);
        Checkpoint from = before?.From ?? start.From;
        job.Trail.Begin(batch.Index, work, [.. batch.Videos.Select(video => video.Prompts[loop])], from, before?.Kept.Hashes);
        job.Progress.Report(Stage.Denoise, from.Step, work.Steps);
        (Checkpoint last, ReadOnlyMemory<byte>? random) = await DenoiserOf(job).Run(work, from, work.Steps, StepDone, cancel);
        if (from.Step < work.Steps)
            keepResult?.Invoke(last, job.Trail.StepsOf(batch.Index, loop)); // all ranks have told their counts
        FinishedClip clip = new(random!.Value, last.Samples);
        job.KeepClip(batch, loop, clip);
        return clip;

        void StepDone(Checkpoint checkpoint)
        {
            job.Progress.Report(Stage.Denoise, checkpoint.Step, work.Steps);
            job.Trail.Add(batch.Index, loop, checkpoint);
            job.KeepTrail();
            job.KeepStep(batch, loop, checkpoint, work.CanGoOnAfter(checkpoint.Step));
            if (work.CanGoOnAfter(checkpoint.Step) && checkpoint.Step < work.Steps)
                keepResult?.Invoke(checkpoint, job.Trail.StepsOf(batch.Index, loop));
            job.StepDone?.Invoke(checkpoint);
        }
    }

    /// <summary>The denoise of a clip that starts so.</summary>
    public static DenoiseWork WorkOf(JobContext job, int loop, LoopStart start, Answer<TextEncoded> prompts) => new(
        job.Job, job.Request, loop, job.Plan.Clip, start.Random, start.EditRatios, prompts.Header.Prompts, prompts.Parts, job.Options.LinkSilence);

    public static Denoiser DenoiserOf(JobContext job) => new(job.Cards, job.Tasks, job.Client, job.Epochs, job.Changes, job.Statistics, job.Options);

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
