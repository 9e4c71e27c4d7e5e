using System.Collections.Concurrent;
using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Files;
using OpenSora.Contracts.Media;
using OpenSora.Video.Reading;
using OpenSora.Video.Writing;

namespace OpenSora.Video;

/// <summary>The pipeline's files: ffmpeg for videos and pictures, downloads for addresses.</summary>
/// <param name="crf">Constant rate factor; null for the writer's default.</param>
/// <param name="background">What is seen through transparent pixels of references. Default: black.</param>
public sealed class MediaFiles(int framesPerSecond, int? crf, RgbColour background = default) : IMedia
{
    /// <summary>What was fetched once is there for all jobs of this process.</summary>
    private static readonly ReferenceDownload s_download = new();

    /// <summary>Files that can be decoded, as they were then, and whether there are transparent pixels: once is enough for a process.</summary>
    private static readonly ConcurrentDictionary<(string Path, long Length, DateTime Written), bool> s_looked = [];

    public IEnumerable<RgbImage> Read(string path, CancellationToken cancel) => FrameReader.Read(Local(path, cancel), cancel, background);

    public bool IsVideo(string path, CancellationToken cancel) => MediaKinds.Of(Local(path, cancel)) == MediaKind.Video;

    public IFrameSink Create(string path, FrameSize size, CancellationToken cancel) => path.EndsWith(".png", StringComparison.Ordinal)
        ? new Picture(new ImageWriter(path, size))
        : new Film(new VideoWriter(path, size, new FrameRate(framesPerSecond), crf, cancel));

    public RgbImage ReadCovering(string path, FrameSize size, CancellationToken cancel) => FrameReader.ReadCovering(Local(path, cancel), size, cancel, background);

    /// <summary>Looks at references before anything is loaded: of each, one frame is decoded. Once is enough.</summary>
    /// <returns>What its user should know: where they are transparent.</returns>
    /// <exception cref="InputException">One is missing, damaged, or neither an image nor a video.</exception>
    public IReadOnlyList<string> Require(IEnumerable<string> references)
    {
        List<string> notices = [];
        foreach (string path in references)
        {
            if (!ReferenceDownload.IsUrl(path) && !File.Exists(path))
                throw new InputException($"the reference {path} {(Directory.Exists(path) ? "is a folder" : "does not exist")}: give the path or address of an image or a video");
            FileInfo file = new(Local(path, CancellationToken.None));
            UserFile.RequireLength($"the reference {path}", file.FullName);
            if (s_looked.GetOrAdd((file.FullName, file.Length, file.LastWriteTimeUtc), _ => FrameReader.Look(file.FullName)))
                notices.Add($"the reference {path} has transparent pixels, which show {background}: --reference-background sets it");
        }
        return notices;
    }

    private static string Local(string path, CancellationToken cancel) => ReferenceDownload.IsUrl(path) ? s_download.Fetch(path, cancel) : path;

    private sealed class Picture(ImageWriter writer) : IFrameSink
    {
        public void Write(ReadOnlySpan<byte> rgb) => writer.Write(rgb);
        public void Complete() => writer.Complete();
        public void Dispose() => writer.Dispose();
    }

    private sealed class Film(VideoWriter writer) : IFrameSink
    {
        public void Write(ReadOnlySpan<byte> rgb) => writer.Write(rgb);
        public void Complete() => writer.Complete();
        public void Dispose() => writer.Dispose();
    }
}
