using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Files;
using OpenSora.Contracts.Media;

namespace OpenSora.Cluster.Tests;

/// <summary>Files of raw frames; references whose pixels follow from their names.</summary>
internal sealed class TestMedia : IJobMedia
{
    /// <summary>There is no room for the next file. Default: there is.</summary>
    public bool IsFull { get; set; }

    public IEnumerable<RgbImage> Read(string path, CancellationToken cancel)
    {
        for (int frame = 0; frame < (IsVideo(path, cancel) ? 3 : 1); frame++)
            yield return new RgbImage(4, 2, [.. Enumerable.Repeat((byte)(Path.GetFileName(path)[0] + frame), 24)]);
    }

    public bool IsVideo(string path, CancellationToken cancel) => path.EndsWith(".mp4", StringComparison.Ordinal);

    public IFrameSink Create(string path, FrameSize size, CancellationToken cancel) => new Sink(path, this);

    public RgbImage ReadCovering(string path, FrameSize size, CancellationToken cancel) => Read(path, cancel).First();

    public IReadOnlyList<string> Require(IEnumerable<string> references)
    {
        string[] all = [.. references];
        if (all.FirstOrDefault(path => path.Contains("missing", StringComparison.Ordinal)) is { } missing)
            throw new InputException($"the reference {missing} does not exist");
        return [.. all.Where(path => path.Contains("clear", StringComparison.Ordinal)).Select(path => $"{path} has transparent pixels")];
    }

    public string ExtensionOf(ReadOnlySpan<byte> reference) => ".png";

    public byte[] ToPng(RgbImage image) => image.Pixels;

    public string Mark(string video, FrameSize size, CancellationToken cancel)
    {
        File.Copy(video, video + ".marked");
        return video + ".marked";
    }

    private sealed class Sink(string path, TestMedia media) : IFrameSink
    {
        private readonly MemoryStream _frames = new();

        public void Write(ReadOnlySpan<byte> rgb) => _frames.Write(rgb);

        public void Complete()
        {
            if (media.IsFull)
                throw new DiskFullException(path, 0);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, _frames.ToArray());
        }

        public void Dispose() => _frames.Dispose();
    }
}
