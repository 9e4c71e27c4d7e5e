using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Media;
using OpenSora.Video.Reading;
using OpenSora.Video.Writing;

namespace OpenSora.Video;

/// <summary>The files of a job on this machine, through ffmpeg.</summary>
public sealed class JobMedia(GenerationRequest request) : IJobMedia
{
    private readonly MediaFiles _files = new(request.SaveFps, request.Crf, RgbColour.Parse(request.ReferenceBackground));

    public IEnumerable<RgbImage> Read(string path, CancellationToken cancel) => _files.Read(path, cancel);

    public bool IsVideo(string path, CancellationToken cancel) => _files.IsVideo(path, cancel);

    public IFrameSink Create(string path, FrameSize size, CancellationToken cancel) => _files.Create(path, size, cancel);

    public RgbImage ReadCovering(string path, FrameSize size, CancellationToken cancel) => _files.ReadCovering(path, size, cancel);

    public IReadOnlyList<string> Require(IEnumerable<string> references) => _files.Require(references);

    public string ExtensionOf(ReadOnlySpan<byte> reference) => ImageFormat.ExtensionOf(reference);

    public byte[] ToPng(RgbImage image) => PngFile.Of(image);

    public string Mark(string video, FrameSize size, CancellationToken cancel) => Watermark.Write(video, size, request.Crf, cancel);
}
