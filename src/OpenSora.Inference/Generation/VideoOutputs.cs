using System.Security.Cryptography;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Media;
using OpenSora.Prompts.Plans;

namespace OpenSora.Inference.Generation;

/// <summary>The files of a batch while they are written, and the hashes of what went into them.</summary>
internal sealed class VideoOutputs : IDisposable
{
    private readonly VideoBatch _batch;
    private readonly PipelineEvents _events;
    private readonly List<Output> _outputs = [];

    public VideoOutputs(VideoBatch batch, IMedia media, PipelineEvents events, CancellationToken cancel)
    {
        (_batch, _events) = (batch, events);
        try
        {
            foreach (PlannedVideo job in batch.Videos)
                _outputs.Add(new Output(media.Create(job.File, batch.Settings.Clip.Output, cancel)));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Frames of each video.</summary>
    public int Frames => _batch.Settings.Clip.Frames + (_batch.Settings.Loops - 1) * (_batch.Settings.Clip.Frames - _batch.Settings.Overlap);

    /// <summary>The final latent of the last loop: little-endian float32.</summary>
    public void Latent(int video, ReadOnlySpan<byte> latent) => _outputs[video].LatentHash = Convert.ToHexStringLower(SHA256.HashData(latent));

    /// <summary>The next frame of a clip; those that repeat the clip before are left out.</summary>
    /// <param name="frame">Its number in the clip of this loop.</param>
    public void Write(int video, int loop, int frame, ReadOnlySpan<byte> rgb)
    {
        if (loop > 0 && frame < _batch.Settings.Overlap)
            return;
        _outputs[video].Frames.AppendData(rgb);
        using IDisposable writing = _events.Time(Stage.Write);
        _outputs[video].Sink.Write(rgb);
    }

    /// <summary>Closes the files and gives them their names.</summary>
    public IReadOnlyList<SampleReport> Complete()
    {
        using IDisposable writing = _events.Time(Stage.Write);
        List<SampleReport> reports = [];
        foreach ((Output output, PlannedVideo job) in _outputs.Zip(_batch.Videos))
        {
            output.Sink.Complete();
            reports.Add(new SampleReport(job.File, job.Prompts[0], Frames, new GenerationHashes(output.LatentHash, Convert.ToHexStringLower(output.Frames.GetHashAndReset()))));
        }
        return reports;
    }

    public void Dispose()
    {
        foreach (Output output in _outputs)
        {
            output.Sink.Dispose();
            output.Frames.Dispose();
        }
    }

    private sealed class Output(IFrameSink sink)
    {
        public IFrameSink Sink { get; } = sink;
        public IncrementalHash Frames { get; } = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        public string LatentHash { get; set; } = "";
    }
}
