using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Torch;

/// <summary>
/// What our library for other torches (native) has beyond TorchSharp's functions. The package's library has none of it: whoever
/// calls asks <see cref="IsThere"/>, and does without it else.
/// </summary>
internal static unsafe partial class OwnBinding
{
    /// <summary>A function by which the library is known.</summary>
    public const string Mark = "OST_version";

    private const string Library = "LibTorchSharp";

    public static bool IsThere => TorchLibraries.Loaded.IsOwn;

    public static string Version => Marshal.PtrToStringUTF8(OST_version())!;

    /// <summary>What torch tells of its build.</summary>
    public static string Build => Marshal.PtrToStringUTF8(OST_build())!;

    /// <summary>Whether torch knows devices of a kind. A second registration ends the process.</summary>
    public static bool IsRegistered(DeviceType type) => OST_device_is_registered((int)type) != 0;

    /// <exception cref="ExternalException">The device failed, here and below.</exception>
    public static int Count(DeviceType type) => Check(OST_device_count((int)type));

    /// <summary>Whether the vendor's library of PrivateUse1 has an attention of its own.</summary>
    public static bool HasFusedAttention => OST_device_has_fused_attention() != 0;

    public static bool CopiesOverlap(Device device) => Check(OST_copies_overlap((int)device.type, Index(device))) != 0;

    /// <param name="done">The event of the copy's end; 0 when it has ended.</param>
    public static Tensor CopyBeside(Tensor source, Device to, out nint done)
    {
        nint copy = OST_copy_beside(source.Handle, (int)to.type, Index(to), out done);
        GC.KeepAlive(source);
        return copy != 0 ? Tensor.UnsafeCreateTensor(copy) : throw Failure();
    }

    public static bool IsDone(nint copy) => Check(OST_event_is_done(copy)) != 0;

    public static void Block(nint copy, Device device)
    {
        if (OST_event_block(copy, (int)device.type, Index(device)) == 0)
            throw Failure();
    }

    public static void Release(nint copy) => OST_event_delete(copy);

    public static void StartRecording()
    {
        if (OST_start_recording() == 0)
            throw Failure();
    }

    public static List<OperationTime> StopRecording()
    {
        List<OperationTime> times = [];
        GCHandle state = GCHandle.Alloc(times);
        try
        {
            return OST_stop_recording(GCHandle.ToIntPtr(state), &Take) != 0 ? times : throw Failure();
        }
        finally
        {
            state.Free();
        }
    }

    [UnmanagedCallersOnly]
    private static void Take(nint state, byte* name, long calls, double seconds) =>
        ((List<OperationTime>)GCHandle.FromIntPtr(state).Target!).Add(new OperationTime(Marshal.PtrToStringUTF8((nint)name)!, calls, seconds));

    private static int Index(Device device) => Math.Max(0, device.index);

    private static int Check(int answer) => answer >= 0 ? answer : throw Failure();

    private static ExternalException Failure() => new(Marshal.PtrToStringUTF8(THSTorch_get_and_reset_last_err()) ?? "torch does not say why");

    [LibraryImport(Library)]
    private static partial nint OST_version();

    [LibraryImport(Library)]
    private static partial nint OST_build();

    [LibraryImport(Library)]
    private static partial byte OST_device_is_registered(int type);

    [LibraryImport(Library)]
    private static partial int OST_device_count(int type);

    [LibraryImport(Library)]
    private static partial byte OST_device_has_fused_attention();

    [LibraryImport(Library)]
    private static partial int OST_copies_overlap(int type, int index);

    [LibraryImport(Library)]
    private static partial nint OST_copy_beside(nint source, int type, int index, out nint done);

    [LibraryImport(Library)]
    private static partial int OST_event_is_done(nint copy);

    [LibraryImport(Library)]
    private static partial byte OST_event_block(nint copy, int type, int index);

    [LibraryImport(Library)]
    private static partial void OST_event_delete(nint copy);

    [LibraryImport(Library)]
    private static partial byte OST_start_recording();

    [LibraryImport(Library)]
    private static partial byte OST_stop_recording(nint state, delegate* unmanaged<nint, byte*, long, double, void> take);

    [LibraryImport(Library)]
    private static partial nint THSTorch_get_and_reset_last_err();
}
