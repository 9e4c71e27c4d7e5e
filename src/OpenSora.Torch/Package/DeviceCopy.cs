using static TorchSharp.torch;

namespace OpenSora.Torch;

// TorchSharp has no streams: copies are made at once.
public sealed partial class DeviceCopy
{
    /// <summary>Whether copies of a device go on beside what it computes.</summary>
    public static bool Overlaps(Device device) => false;

    private static Tensor Begin(Tensor source, Device to) => source.to(to);

    private static bool IsDone() => true;

    private static void Block() { }

    private static void Release() { }
}
