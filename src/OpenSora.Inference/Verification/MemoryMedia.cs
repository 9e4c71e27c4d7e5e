using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Media;

namespace OpenSora.Inference.Verification;

/// <summary>Keeps frames in memory instead of files; references lie in a folder.</summary>
internal sealed class MemoryMedia(IMedia files, string folder) : IMedia
{
    /// <summary>The bytes of each file, in the order of their creation.</summary>
    public List<MemoryStream> Frames { get; } = [];

    public IEnumerable<RgbImage> Read(string path, CancellationToken cancel) => files.Read(Path.Combine(folder, path), cancel);

    public bool IsVideo(string path) => files.IsVideo(path);

    public IFrameSink Create(string path, FrameSize size, CancellationToken cancel)
    {
        Frames.Add(new MemoryStream());
        return new Sink(Frames[^1]);
    }

    private sealed class Sink(MemoryStream frames) : IFrameSink
    {
        public void Write(ReadOnlySpan<byte> rgb) => frames.Write(rgb);
        public void Complete() { }
        public void Dispose() { }
    }
}
