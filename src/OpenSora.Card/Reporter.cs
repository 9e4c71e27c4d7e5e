using OpenSora.Contracts;
using OpenSora.Inference.Generation;
using OpenSora.Torch;

namespace OpenSora.Card;

/// <summary>Turns the pipeline's steps into progress events, and looks after memory at each.</summary>
/// <param name="videos">Videos in all; null when there is no end.</param>
internal sealed class Reporter(EventWriter events, int? videos)
{
    private int _done;

    /// <summary>The most memory held before the first frame was decoded, in bytes.</summary>
    public long PeakBeforeDecode { get; private set; }

    public void Progress(Stage stage, int done, int total)
    {
        if (stage == Stage.Decode && PeakBeforeDecode == 0)
            PeakBeforeDecode = MemoryUse.PeakResidentBytes;
        MemoryUse.ReturnFree();
        string? item = videos == 1 ? null : videos is { } all ? $"video {_done + 1} of {all}" : $"video {_done + 1}";
        events.Write(new Progress(stage.ToString().ToLowerInvariant(), done, total, item));
    }

    /// <summary>A batch is done.</summary>
    public void Next(int count) => _done += count;
}
