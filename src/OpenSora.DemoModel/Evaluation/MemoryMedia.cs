using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Media;

namespace OpenSora.DemoModel.Evaluation;

/// <summary>Files that exist in memory only: what a pipeline writes stays as frames, what it reads is given.</summary>
internal sealed class MemoryMedia : IMedia
{
    /// <summary>The pictures that can be read, by path.</summary>
    public Dictionary<string, RgbImage> Pictures { get; } = [];

    /// <summary>The frames of every file that was written.</summary>
    public Dictionary<string, List<byte[]>> Written { get; } = [];

    public IEnumerable<RgbImage> Read(string path, CancellationToken cancel) => [Pictures[path]];

    public bool IsVideo(string path) => false;

    public IFrameSink Create(string path, FrameSize size, CancellationToken cancel) => new Sink(Written[path] = []);

    private sealed class Sink(List<byte[]> frames) : IFrameSink
    {
        public void Write(ReadOnlySpan<byte> rgb) => frames.Add(rgb.ToArray());

        public void Complete() { }

        public void Dispose() { }
    }
}
