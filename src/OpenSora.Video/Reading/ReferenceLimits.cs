using System.ComponentModel.DataAnnotations;
using OpenSora.Contracts.Settings;

namespace OpenSora.Video.Reading;

/// <summary>The largest images and videos that are decoded: a small file may hold a very large picture.</summary>
[Variables("OPENSORA_REFERENCE_")]
public sealed record ReferenceLimits
{
    /// <summary>Millions of pixels of an image, or of a frame of a video. Range: 1 to 1000. Default: 64.</summary>
    [Range(1, 1000)]
    public int MostMegapixels { get; init; } = 64;

    /// <summary>Frames of a video. Range: 1 to 1,000,000. Default: 10,000.</summary>
    [Range(1, 1_000_000)]
    public int MostFrames { get; init; } = 10_000;
}
