using System.Diagnostics;
using Microsoft.Extensions.Logging;
using OpenSora.Cluster.Gangs;
using OpenSora.Cluster.Videos;
using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Media;

namespace OpenSora.Cluster.Grains;

/// <summary>What a generation tells those who follow it, beside its work.</summary>
internal sealed partial class GenerationGrain
{
    /// <summary>The largest preview; messages between grains stay small.</summary>
    private const int MostOfPreview = 60 << 10;

    /// <summary>Previews of a video a second, at the most.</summary>
    private static readonly TimeSpan BetweenPreviews = TimeSpan.FromSeconds(0.5);

    private void Hear(CardEvent happened)
    {
        long epoch = _row?.Epoch ?? 0;
        if (happened is Notice notice)
            Publish(new GenerationNotice(epoch, notice.Message));
        if (happened is not Progress progress)
            return;
        StageProgress next = new(epoch, progress.Stage, progress.Done, progress.Total, progress.Item);
        _live = _live.After(next);
        Publish(next);
    }

    /// <summary>What of the work is left after all steps, about: the frames.</summary>
    private const double LeftForFrames = 0.05;

    /// <summary>The queue decides anew who has which cards; whoever watches sees the latent. Nothing waits for either.</summary>
    private void StepDone(Checkpoint checkpoint, IJobMedia files)
    {
        Show(checkpoint, files);
        if (_row is not { IsPrivate: false, Video: var video } || video.Request.Loop > 1)
            return; // of several clips nobody knows here which one it is
        int steps = video.Request.NumSamplingSteps;
        double left = LeftForFrames + ((1 - LeftForFrames) * (steps - checkpoint.Step) / Math.Max(1, steps - video.FromStep));
        _ = TellQueue(queue => queue.Stepped(Id, left, runner.ChangeTakes));
    }

    /// <summary>Shows the latent after a step, beside the step path; some steps are left out.</summary>
    private void Show(Checkpoint checkpoint, IJobMedia files)
    {
        if (options.Previews && _showing.IsCompleted && _row is { } row)
            _showing = Draw(row);

        async Task Draw(VideoRow row)
        {
            Activity.Current = null; // told on the side: no part of the job's trace
            LatentSize latent = ClipGeometry.Of(row.Video.Request).Latent;
            byte[] png = await Task.Run(() => files.ToPng(LatentPreview.Of(checkpoint, latent, options.LatentRgb)));
            if (png.Length <= MostOfPreview && _stop is not null)
            {
                _preview = new Preview(checkpoint.Step, png);
                Publish(new PreviewDrawn(row.Epoch, checkpoint.Step));
            }
            await Task.Delay(BetweenPreviews);
        }
    }

    /// <summary>In order, beside the work. Of what was not told yet, the latest progress of a stage counts.</summary>
    private void Publish(GenerationEvent happened)
    {
        bool replaces = (_untold.LastOrDefault(), happened) switch
        {
            (StageProgress last, StageProgress next) => last.Stage == next.Stage,
            (PreviewDrawn, PreviewDrawn) or (StatusChanged, StatusChanged) => true,
            _ => false,
        };
        if (replaces)
            _untold[^1] = happened;
        else
            _untold.Add(happened);
        if (_telling.IsCompleted)
            _telling = TellAll();
    }

    private async Task TellAll()
    {
        Activity.Current = null; // told on the side: no part of the job's trace
        while (_untold.Count > 0)
        {
            GenerationEvent next = _untold[0];
            _untold.RemoveAt(0);
            try
            {
                await GenerationStream.Tell(_streams, Id, _row is { IsPrivate: false } row ? row.Video.Owner : null, next);
            }
            catch (Exception lost) when (lost is OrleansException or TimeoutException or InvalidOperationException)
            {
                NotTold(log, Id, lost); // the row tells how things stand
            }
        }
    }

    [LoggerMessage(LogLevel.Debug, "An event of {Video} is lost")]
    private static partial void NotTold(ILogger log, string video, Exception failure);
}
