using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Media;

namespace OpenSora.Inference.Stages;

/// <summary>An image or a video that a clip refers to.</summary>
/// <param name="Frames">How many images there are: random numbers are drawn for all of them before the first is encoded.</param>
/// <param name="Images">Each is read when it is asked for.</param>
public sealed record ReferenceFile(bool IsVideo, int Frames, IEnumerable<RgbImage> Images)
{
    /// <summary>Opens a file. A video is read twice, once to count its frames and once for its frames: no more than one is in memory.</summary>
    /// <exception cref="Contracts.InputException">The file is missing or damaged.</exception>
    public static ReferenceFile Open(IMedia media, string path, CancellationToken cancel)
    {
        bool isVideo = media.IsVideo(path, cancel);
        return new ReferenceFile(isVideo, isVideo ? media.Read(path, cancel).Count() : 1, media.Read(path, cancel));
    }
}
