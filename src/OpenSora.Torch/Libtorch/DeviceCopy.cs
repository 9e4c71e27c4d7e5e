using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Torch;

public sealed partial class DeviceCopy
{
    private nint _done;

    /// <summary>Whether copies of a device go on beside what it computes.</summary>
    public static bool Overlaps(Device device)
    {
        if (device.type == DeviceType.CPU)
            return false;
        Native.Check(Native.ost_copies_overlap((int)device.type, Math.Max(0, device.index), out int overlap));
        return overlap != 0;
    }

    private Tensor Begin(Tensor source, Device to) => Native.ost_copy_beside(source, (int)to.type, Math.Max(0, to.index), out _done);

    private bool IsDone()
    {
        if (_done == 0)
            return true;
        Native.Check(Native.ost_event_is_done(_done, out int done));
        return done != 0;
    }

    private void Block()
    {
        if (_done != 0)
            Native.Check(Native.ost_event_block(_done, (int)Numbers.device_type, Math.Max(0, Numbers.device_index)));
    }

    private void Release()
    {
        Native.ost_event_delete(_done);
        _done = 0;
    }
}
