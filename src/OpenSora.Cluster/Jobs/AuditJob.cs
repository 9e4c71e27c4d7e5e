using System.Security.Cryptography;
using System.Text;
using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Gangs;
using OpenSora.Cluster.Store;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Generation;
using OpenSora.Layout.Latents;

namespace OpenSora.Cluster.Jobs;

/// <summary>
/// Compares a report with the checkpoints that its job kept, and computes some of its steps again from the checkpoints before them, on the cards
/// of this job: docs/audit.md.
/// </summary>
internal sealed class AuditJob(JobContext job, AuditOrder order)
{
    private readonly List<string> _findings = [];
    private int _checkpoints;

    /// <returns>The report of the run, with what was found.</returns>
    /// <exception cref="InputException">There is nothing to compare with, or these cards or networks cannot give the report's bytes.</exception>
    /// <exception cref="CardException">There are too few cards, or they keep failing.</exception>
    public async Task<GenerationReport> Run(CancellationToken cancel)
    {
        StepTrail trail = order.Report.Trail ?? throw new InputException($"the report of job {order.Report.Job} has no trail of its steps: it was made by an older version, or began at another job's step");
        (ClipTrail Clip, int Step)[] drawn = Draw(trail);
        if (trail.ComputeSeal() != trail.Seal || trail.Kind != order.Report.Kind)
            _findings.Add($"the trail was changed since it was made: its parts give another seal than {trail.Seal}");
        else
            await Task.Run(() => CompareKept(trail), cancel);
        List<AuditedStep> steps = [];
        int cards = 0;
        if (_findings.Count == 0)
        {
            await job.Cards.Gather(job.Request.Cards, cancel);
            cards = job.Cards.Members.Count;
            if (job.Cards.Kind != trail.Kind)
                throw new InputException($"the cards here are of the kind {job.Cards.Kind}, and the report's were of {trail.Kind}: only cards of one kind give the same bytes, so audit it on such cards");
            await ComputeAgain(trail, drawn, steps, cancel);
        }
        return order.Report with
        {
            Audit = new AuditReport { Seed = order.Seed, AllSteps = StepsOf(trail).Count(), Checkpoints = _checkpoints, Steps = steps, Cards = cards, Findings = _findings },
        };
    }

    /// <summary>The steps whose hash with the seed is smallest, in the order of the run.</summary>
    private (ClipTrail Clip, int Step)[] Draw(StepTrail trail) => [.. StepsOf(trail).Select((drawn, index) => (drawn, index))
        .OrderBy(one => Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes($"{order.Seed} {one.drawn.Clip.Batch} {one.drawn.Clip.Loop} {one.drawn.Step}"))), StringComparer.Ordinal)
        .Take(order.Steps).OrderBy(one => one.index).Select(one => one.drawn)];

    private static IEnumerable<(ClipTrail Clip, int Step)> StepsOf(StepTrail trail) =>
        trail.Clips.SelectMany(clip => Enumerable.Range(1, clip.Steps.Count - 1).Select(step => (clip, step)));

    /// <summary>All checkpoints against the trail, and the last ones against the hashes of the videos.</summary>
    private async Task CompareKept(StepTrail trail)
    {
        foreach (ClipTrail clip in trail.Clips)
            for (int step = 0; step < clip.Steps.Count; step++)
            {
                Checkpoint? kept = (await job.Folder.FindStep(clip.Batch, clip.Loop, step))?.From;
                if (kept is null)
                    _findings.Add($"{Words(clip, step)} is missing or damaged");
                else if (StepHashes.Of(kept) != clip.Steps[step])
                    _findings.Add($"{Words(clip, step)} is not the one of the report: its hash is {StepHashes.Of(kept)}, and that of the report {clip.Steps[step]}");
                else
                    _checkpoints++;
                if (kept is not null && step == clip.Steps.Count - 1 && clip.Loop == (trail.Request.Loop ?? 1) - 1)
                    CompareLatents(trail, clip, kept);
            }
    }

    private void CompareLatents(StepTrail trail, ClipTrail clip, Checkpoint last)
    {
        LatentSize size = ClipGeometry.Of(trail.Request).Latent;
        int first = trail.Clips.Where(other => other.Batch < clip.Batch && other.Loop == clip.Loop).Sum(other => other.Prompts.Count);
        for (int i = 0; i < last.Samples.Count; i++)
        {
            SampleReport sample = order.Report.Samples[first + i];
            if (Convert.ToHexStringLower(SHA256.HashData(LatentForm.OfTokens(last.Samples[i].Span, size))) != sample.Hashes.Latent)
                _findings.Add($"the last step of video {first + i + 1} does not end in the latent of the report, {sample.Hashes.Latent}");
        }
    }

    private async Task ComputeAgain(StepTrail trail, (ClipTrail Clip, int Step)[] drawn, List<AuditedStep> steps, CancellationToken cancel)
    {
        Dictionary<ClipTrail, Answer<TextEncoded>> prompts = [];
        foreach (ClipTrail clip in drawn.Select(one => one.Clip).Distinct())
            prompts[clip] = await Denoising.EncodeText(job, clip.Prompts, clip.Loop, cancel);
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        job.Cards.LetTextsGo();
        Task loading = await Denoising.Load(job, over.Token);
        try
        {
            foreach (WeightsDigest own in job.Trail.Weights)
                if (trail.Weights.FirstOrDefault(other => other.Network == own.Network) is { } other && other != own)
                    throw new InputException($"the files of the network {own.Network} here have the hash {own.Sha256}, and those of the report {other.Sha256}: audit it with the same files");
            foreach ((ClipTrail clip, int step) in drawn)
            {
                job.Progress.Report(Stage.Denoise, steps.Count, drawn.Length);
                steps.Add(new AuditedStep(clip.Batch, clip.Loop, step, await IsEqual(clip, step, prompts[clip], cancel)));
            }
            job.Progress.Report(Stage.Denoise, steps.Count, drawn.Length);
        }
        finally
        {
            over.Cancel();
            await loading;
        }
    }

    /// <summary>Computes a step from the checkpoint before it; with a cache from the last one before it from which one can go on.</summary>
    private async Task<bool> IsEqual(ClipTrail clip, int step, Answer<TextEncoded> prompts, CancellationToken cancel)
    {
        LoopStart start = (await Task.Run(() => job.Folder.FindStep(clip.Batch, clip.Loop, 0), cancel))!;
        DenoiseWork work = Denoising.WorkOf(job, clip.Loop, start, prompts);
        if (await Task.Run(() => StepHashes.ConditionsOf(work), cancel) is var conditions && conditions != clip.Conditions)
        {
            _findings.Add($"clip {clip.Loop} of batch {clip.Batch}: its prompts, edit ratios and random numbers have the hash {conditions} here, and {clip.Conditions} in the report");
            return false;
        }
        Checkpoint from = (await Task.Run(() => job.Folder.FindStep(clip.Batch, clip.Loop, work.Before(step)), cancel))!.From;
        Checkpoint? made = null;
        await Denoising.DenoiserOf(job).Run(work, from, step, done => made = done, cancel);
        string hash = await Task.Run(() => StepHashes.Of(made!), cancel);
        if (hash == clip.Steps[step])
            return true;
        _findings.Add($"{Words(clip, step)} is not what step {step} makes: computed again it has the hash {hash}, and in the report {clip.Steps[step]}");
        return false;
    }

    private static string Words(ClipTrail clip, int step) => $"the checkpoint after step {step} of clip {clip.Loop} of batch {clip.Batch}";
}
