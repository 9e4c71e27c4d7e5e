using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Decoding;
using OpenSora.Cluster.Store;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Generation;
using OpenSora.Layout.Clips;
using OpenSora.Prompts.Plans;

namespace OpenSora.Cluster.Jobs;

/// <summary>
/// The path of one generation (<c>scripts/inference.py</c> of Open-Sora 1.2), over all cards of a job: prompts become
/// latents, latents become frames, frames go to files while the next ones are decoded. Random numbers are drawn in the
/// original's order: their state goes from task to task. It runs on the turns of the grain of its generation; files, ffmpeg and prompts are off them.
/// </summary>
/// <param name="results">Of earlier jobs.</param>
internal sealed class GenerationJob(JobContext job, ResultStore results)
{
    /// <exception cref="InputException">The request cannot be done as it is.</exception>
    /// <exception cref="CannotFitException">It cannot fit into a card.</exception>
    /// <exception cref="CardException">There are too few cards, or they keep failing.</exception>
    public async Task<GenerationReport> Run(CancellationToken cancel)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task? loading = null;
        try
        {
            job.Trail.Open(await job.Folder.FindTrail(), hasClips: job.Record.Batch > 0);
            ReadOnlyMemory<byte> random = await FindRandom();
            while (await Plan(cancel) is { } next)
            {
                if (results.IsOn)
                    job.Results ??= await JobResults.Open(job, results, job.Owner, cancel);
                // Texts first: the text encoder, by far the largest network, is gone before the others are loaded.
                IReadOnlyDictionary<int, Answer<TextEncoded>> prompts = await EncodeTexts(next.Batch, next.Videos, cancel);
                loading ??= await Load(over.Token);
                Batch batch = await ReferenceEncoding.Begin(job, next.Batch, next.Videos, random, cancel);
                await using VideoFiles files = await Task.Run(() => new VideoFiles(batch.Videos, batch.Clip, job.Media, job.Clock, cancel), cancel);
                FinishedClip? made = null;
                for (int loop = 0; loop < job.Loops; loop++)
                {
                    made = await job.Folder.FindClip(batch.Index, loop) ?? await Make(batch, loop, prompts[loop], cancel);
                    job.Trail.End(batch.Index, loop, job.Request.NumSamplingSteps);
                    job.Statistics.BeginsToDecode();
                    batch.Continue(await Decode(batch, loop, made, files, cancel));
                }
                await Write(batch, files, await Denoising.Finish(job, made!), cancel);
                random = batch.Random;
            }
        }
        finally
        {
            over.Cancel();
            await (loading ?? Task.CompletedTask);
        }
        if (job.Record.Samples.Count == 0)
            throw new InputException("nothing to do: every file exists already (--prompt-as-path skips those); give other prompts or another --save-dir");
        // A crash came when the last file had its name, and nobody had been told: the report names cards.
        if (loading is null)
            await job.Cards.Gather(1, cancel);
        return Report(await job.Trail.Finish(job.Request, job.Record.Kind!));
    }

    private async Task<ReadOnlyMemory<byte>> FindRandom() => job.Record.Batch == 0
        ? ReadOnlyMemory<byte>.Empty
        : await job.Folder.FindRandom(job.Record.Batch) ?? throw new InputException($"--resume {job.Job}: the state of its random numbers is missing or damaged; begin again");

    private async Task<(int Batch, IReadOnlyList<PlannedVideo> Videos)?> Plan(CancellationToken cancel)
    {
        using IDisposable timed = job.Clock.Time(Stage.Load);
        (int Batch, IReadOnlyList<PlannedVideo> Videos)? next = await Task.Run(() => job.Plan.Next(job.Record.Batch, job.Progress.Say, cancel), cancel);
        if (next is null)
            return null;
        await Task.Run(() => job.Plan.Require(job.Media, next.Value.Videos.Count), cancel);
        int number = job.Record.Samples.Count + 1;
        job.Progress.Item = job.Plan.Count switch { 1 => null, { } all => $"video {number} of {all}", null => $"video {number}" };
        return next;
    }

    private async Task<Task> Load(CancellationToken cancel)
    {
        using IDisposable timed = job.Clock.Time(Stage.Load);
        await job.Cards.Gather(job.Request.Cards, cancel);
        job.Cards.LetTextsGo();
        if (job.Record.Kind is null)
        {
            job.Folder.Record = job.Record with { Kind = job.Cards.Kind };
            await Task.Run(job.Folder.Save, cancel);
        }
        return await Denoising.Load(job, cancel);
    }

    /// <summary>The prompts of a batch by loop, but for loops that were made before.</summary>
    private async Task<IReadOnlyDictionary<int, Answer<TextEncoded>>> EncodeTexts(int batch, IReadOnlyList<PlannedVideo> videos, CancellationToken cancel)
    {
        Dictionary<int, Answer<TextEncoded>> encoded = [];
        for (int loop = 0; loop < job.Loops; loop++)
            if (await job.Folder.FindClip(batch, loop) is null)
                encoded.Add(loop, await Denoising.EncodeText(job, [.. videos.Select(video => video.Prompts[loop])], loop, cancel));
        return encoded;
    }

    /// <summary>A clip's latents: from its prompts and what it starts from.</summary>
    private async Task<FinishedClip> Make(Batch batch, int loop, Answer<TextEncoded> prompts, CancellationToken cancel)
    {
        LoopStart start = await Denoising.Start(job, batch, loop, cancel);
        return await Denoising.Run(job, batch, loop, start, prompts, cancel);
    }

    /// <summary>A clip's frames go to the files; what the next clip starts from comes back.</summary>
    private async Task<Continuation> Decode(Batch batch, int loop, FinishedClip clip, VideoFiles files, CancellationToken cancel)
    {
        using IDisposable timed = job.Clock.Time(Stage.Decode);
        bool isLast = loop == job.Loops - 1;
        Continuation? kept = isLast ? new Continuation([], clip.Random) : await job.Folder.FindContinuation(batch.Index, loop);
        int done = 0, all = batch.Videos.Count * batch.Clip.Frames;
        files.Begin(loop);
        job.Progress.Report(Stage.Decode, 0, all);
        DecodeWork work = new(job.Job, job.Request, batch.Clip, clip.Random, clip.Samples, Encode: kept is null);
        Continuation? made = await new ChunkDecoder(job.Cards, job.Tasks, job.Statistics, work, Deliver).Run(cancel);
        if (made is not null)
            job.KeepContinuation(batch, loop, made);
        return kept ?? made!;

        async Task Deliver(int video, ReadOnlyMemory<byte> frames)
        {
            await Task.Run(() => files.Write(video, frames), cancel);
            done += (int)(frames.Length / batch.Clip.Output.Rgb24Bytes);
            job.Progress.Report(Stage.Decode, done, all);
        }
    }

    /// <summary>The files get their names, and the record says so.</summary>
    private async Task Write(Batch batch, VideoFiles files, IReadOnlyList<ReadOnlyMemory<byte>> latents, CancellationToken cancel)
    {
        (IReadOnlyList<SampleReport> samples, IReadOnlyList<string> written) = await Task.Run(() => Complete(batch, files, latents, cancel), CancellationToken.None);
        job.KeepRandom(batch.Index + 1, batch.Random);
        await job.Checkpoints.Finish();
        job.Folder.Record = job.Record with { Batch = batch.Index + 1, Samples = [.. job.Record.Samples, .. samples], Files = [.. job.Record.Files, .. written] };
        await Task.Run(job.Folder.Save, CancellationToken.None);
    }

    private (IReadOnlyList<SampleReport> Samples, IReadOnlyList<string> Files) Complete(Batch batch, VideoFiles files, IReadOnlyList<ReadOnlyMemory<byte>> latents, CancellationToken cancel)
    {
        IReadOnlyList<SampleReport> samples = files.Complete(latents, job.HasNamed);
        List<string> written = [];
        foreach (SampleReport sample in samples)
        {
            written.Add(sample.File);
            if (job.Request.Watermark && sample.File.EndsWith(".mp4", StringComparison.Ordinal))
            {
                written.Add(job.Media.Mark(sample.File, batch.Clip.Output, cancel));
                job.HasNamed(written[^1]);
            }
        }
        return (samples, written);
    }

    private GenerationReport Report(StepTrail? trail)
    {
        JobRecord record = job.Record;
        ClipPlan clip = job.Plan.Clip;
        FrameSize nominal = ClipGeometry.Of(job.Request).Nominal;
        return job.Statistics.Fill(
            new GenerationReport
            {
                Prompt = job.Request.Prompts.FirstOrDefault() ?? record.Samples[0].Prompt,
                Seed = job.Request.Seed,
                Device = job.Cards.Devices.Values.First(),
                Dtype = job.Request.Dtype,
                ComputeDtype = job.Loading.ComputeDtype,
                Kind = job.Record.Kind,
                Cards = job.Request.Cards,
                Threads = job.Cards.Threads,
                Height = clip.Output.Height,
                Width = clip.Output.Width,
                NominalSize = [nominal.Height, nominal.Width],
                Frames = record.Samples[0].Frames,
                Fps = job.Request.SaveFps,
                Steps = job.Request.NumSamplingSteps,
                FromStep = record.FromStep,
                Files = record.Files,
                Hashes = GenerationHashes.Of(record.Samples),
                Seconds = job.Clock.Seconds,
                Job = record.Job,
                Samples = record.Samples,
                Trail = trail,
                Cache = StepCache.Parse(job.Request.Cache) is null ? null : new CacheUse(job.Request.Cache!, 0, 0),
                Reused = results.IsOn ? new ReusedWork(0, 0, 0, 0) : null,
                SelfCheck = job.Request.SelfCheck == 0 ? null : new SelfCheckUse(job.Request.SelfCheck, 0, 0),
                BytesSent = new BytesSent([], 0, 0),
                TokensComputed = 0,
                RecomputedSteps = 0,
                RetriedChunks = 0,
                Losses = [],
                CardUses = [],
                PeakMemoryBytes = 0,
                PeakMemoryBeforeDecodeBytes = 0,
            },
            job.Cards.Devices);
    }
}
