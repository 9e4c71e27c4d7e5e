using System.Security.Cryptography;
using OpenSora.Cluster.Store;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Media;
using OpenSora.Layout.Clips;
using OpenSora.Prompts.Plans;

namespace OpenSora.Cluster.Jobs;

/// <summary>The files of a batch while they are written, and the hashes of what went into them.</summary>
internal sealed class VideoFiles : IAsyncDisposable
{
    private readonly ClipPlan _clip;
    private readonly StageClock _clock;
    private readonly List<Output> _outputs = [];

    public VideoFiles(IReadOnlyList<PlannedVideo> videos, ClipPlan clip, IMedia media, StageClock clock, CancellationToken cancel)
    {
        (_clip, _clock) = (clip, clock);
        try
        {
            foreach (PlannedVideo video in videos)
                _outputs.Add(new Output(video, media.Create(video.File, clip.Output, cancel)));
        }
        catch
        {
            End();
            throw;
        }
    }

    /// <summary>A new loop begins: its first frame is the next one.</summary>
    public void Begin(int loop)
    {
        foreach (Output output in _outputs)
            (output.Loop, output.Frame) = (loop, 0);
    }

    /// <summary>The next frames of a video; those that repeat the clip before are left out.</summary>
    /// <param name="rgb">Whole frames, RGB24.</param>
    public void Write(int video, ReadOnlyMemory<byte> rgb)
    {
        Output output = _outputs[video];
        int bytes = (int)_clip.Output.Rgb24Bytes;
        for (int at = 0; at < rgb.Length; at += bytes, output.Frame++)
        {
            if (output.Loop > 0 && output.Frame < _clip.Overlap)
                continue;
            ReadOnlySpan<byte> frame = rgb.Span.Slice(at, bytes);
            output.Hash.AppendData(frame);
            using IDisposable writing = _clock.Time(Stage.Write);
            output.Sink.Write(frame);
            output.Written++;
        }
    }

    /// <summary>Closes the files and gives them their names.</summary>
    /// <param name="latents">The final latent of the last loop of each video: float32.</param>
    /// <param name="named">Called with each file that has its name.</param>
    public IReadOnlyList<SampleReport> Complete(IReadOnlyList<ReadOnlyMemory<byte>> latents, Action<string> named)
    {
        using IDisposable writing = _clock.Time(Stage.Write);
        List<SampleReport> reports = [];
        foreach ((Output output, ReadOnlyMemory<byte> latent) in _outputs.Zip(latents))
        {
            CrashPoint.Pass();
            output.Sink.Complete();
            named(output.Video.File);
            CrashPoint.Pass();
            reports.Add(new SampleReport(output.Video.File, output.Video.Prompts[0], output.Written, new GenerationHashes(
                Convert.ToHexStringLower(SHA256.HashData(latent.Span)), Convert.ToHexStringLower(output.Hash.GetHashAndReset()))));
        }
        return reports;
    }

    /// <summary>Of files that are not complete nothing is left.</summary>
    public ValueTask DisposeAsync() => new(Task.Run(End));

    private void End()
    {
        foreach (Output output in _outputs)
        {
            output.Sink.Dispose();
            output.Hash.Dispose();
        }
    }

    private sealed class Output(PlannedVideo video, IFrameSink sink)
    {
        public PlannedVideo Video { get; } = video;
        public IFrameSink Sink { get; } = sink;
        public IncrementalHash Hash { get; } = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        public int Loop { get; set; }
        public int Frame { get; set; }
        public int Written { get; set; }
    }
}
