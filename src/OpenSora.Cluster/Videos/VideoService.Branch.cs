using OpenSora.Cluster.Store;
using OpenSora.Contracts;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Videos;

namespace OpenSora.Cluster.Videos;

/// <summary>A video that goes on from a step of another one, with another prompt or guidance.</summary>
internal sealed partial class VideoService
{
    /// <returns>The job that the branch goes on with: it stands at the step.</returns>
    /// <exception cref="InputException">The other video is not there, keeps no steps, or has no such step from which one can go on.</exception>
    private async Task<string> Branch(VideoOrder order, GenerationRequest request, CancellationToken cancel)
    {
        string id = order.BranchedFrom!;
        if (await store.Find(id, cancel) is not { } source || source.Video.Owner != order.Owner)
            throw new InputException($"there is no video '{id}' of yours to branch from");
        GenerationRequest made = source.Video.Request;
        int last = made.NumSamplingSteps - 1;
        if (!made.KeepSteps || source.Job is null || source.Video.Status is VideoStatus.Failed or VideoStatus.Cancelled)
            throw new InputException($"{id} keeps no steps: a branch needs a video that was asked for with keep_steps, and was not given up");
        if (made.Loop > 1)
            throw new InputException($"{id} has {made.Loop} clips, each going on from the one before: branch from a video with a loop of 1") { Field = "loop" };
        if (order.FromStep < 0 || order.FromStep > last)
            throw new InputException($"from_step {order.FromStep} is out of range: {id} has {made.NumSamplingSteps} steps, so give 0 to {last}") { Field = FromStep };
        if (StepCache.Parse(made.Cache) is { } cache && !cache.IsFresh(order.FromStep, made.NumSamplingSteps))
            throw new InputException($"from_step {order.FromStep} takes from earlier steps, for {id} has --cache {made.Cache}: give {string.Join(", ", Enumerable.Range(0, last + 1).Where(step => cache.IsFresh(step, last + 1)))}") { Field = FromStep };
        try
        {
            return await Task.Run(() => jobs.Branch(source.Job, order.FromStep, request), cancel);
        }
        catch (JobInUseException)
        {
            throw new InputException($"{id} is being made: wait until it is done, or pause it, and branch from it then");
        }
    }

    private const string FromStep = "from_step";
}
