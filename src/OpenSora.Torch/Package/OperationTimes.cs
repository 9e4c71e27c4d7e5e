namespace OpenSora.Torch;

public static partial class OperationTimes
{
    // TorchSharp has no observers: only kernels of our own are seen.
    /// <summary>Whether torch's own operations are seen.</summary>
    public const bool SeesTorch = false;

    private static void StartTorch() { }

    private static void StopTorch(List<OperationTime> times) { }
}
