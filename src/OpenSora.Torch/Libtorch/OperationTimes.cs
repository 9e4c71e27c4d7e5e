using System.Runtime.InteropServices;
using TorchSharp;

namespace OpenSora.Torch;

public static unsafe partial class OperationTimes
{
    /// <summary>Whether torch's own operations are seen.</summary>
    public const bool SeesTorch = true;

    private static void StartTorch() => Native.Check(Native.ost_start_recording());

    private static void StopTorch(List<OperationTime> times)
    {
        GCHandle state = GCHandle.Alloc(times);
        try
        {
            Native.Check(Native.ost_stop_recording(GCHandle.ToIntPtr(state), &Take));
        }
        finally
        {
            state.Free();
        }
    }

    [UnmanagedCallersOnly]
    private static void Take(nint state, byte* name, long calls, double seconds) =>
        ((List<OperationTime>)GCHandle.FromIntPtr(state).Target!).Add(new OperationTime(Marshal.PtrToStringUTF8((nint)name)!, calls, seconds));
}
