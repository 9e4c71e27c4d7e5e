using System.Diagnostics;
using static TorchSharp.torch;

namespace OpenSora.Torch;

/// <summary>
/// The numbers of a tensor on their way from a device to the host or back. Where <see cref="Overlaps"/> says so, the copy goes
/// on beside what the device computes, on a stream of its own: a copy to the host begins when all is done that was asked of the
/// device before, a copy to the device at once; nobody waits for it but who asks to. Elsewhere it is made at once. One
/// thread at a time, whichever.
/// </summary>
public sealed class DeviceCopy : IDisposable
{
    private readonly Tensor _source;
    private bool _wanted = true;

    /// <summary>The event of the copy's end; 0 when it has ended.</summary>
    private nint _done;

    /// <summary>Begins to copy. Between two tensors of the host nothing is copied: both are the same memory.</summary>
    /// <param name="source">May be disposed after the call, and must not be changed until the copy is done.</param>
    /// <param name="to">The host, or a device when the source lies on the host.</param>
    public DeviceCopy(Tensor source, Device to)
    {
        _source = source.contiguous().DetachFromDisposeScope();
        Numbers = (Same(source.device, to) ? _source.alias() : Begin(_source, to)).DetachFromDisposeScope();
    }

    /// <summary>The copy, dense, which is good when it was waited for. It is disposed with this.</summary>
    public Tensor Numbers { get; }

    /// <summary>Waits until <see cref="Numbers"/> can be read on the host.</summary>
    /// <param name="most">How long; null for as long as it takes.</param>
    /// <returns>false when that was not long enough.</returns>
    /// <exception cref="System.Runtime.InteropServices.ExternalException">The device failed.</exception>
    public bool WaitOnHost(TimeSpan? most = null)
    {
        long since = Stopwatch.GetTimestamp();
        SpinWait wait = default;
        while (!IsDone())
        {
            if (Stopwatch.GetElapsedTime(since) >= most)
                return false;
            wait.SpinOnce();
        }
        return true;
    }

    /// <summary>What is asked of the device from now on, on this thread's stream, comes after the copy. Does not wait.</summary>
    public void WaitOnDevice()
    {
        Block();
        _wanted = false;
    }

    /// <summary>Ends after the copy, unless the device is to wait for it: memory that is being copied must stay.</summary>
    public void Dispose()
    {
        try
        {
            if (_wanted)
                WaitOnHost();
        }
        catch (System.Runtime.InteropServices.ExternalException)
        {
            // A device that failed copies nothing any more.
        }
        Release();
        Numbers.Dispose();
        _source.Dispose();
    }

    /// <summary>Whether copies of a device go on beside what it computes. TorchSharp itself has no streams: with the package they are made at once.</summary>
    public static bool Overlaps(Device device) => device.type != TorchSharp.DeviceType.CPU && OwnBinding.IsThere && OwnBinding.CopiesOverlap(device);

    private Tensor Begin(Tensor source, Device to) => OwnBinding.IsThere ? OwnBinding.CopyBeside(source, to, out _done) : source.to(to);

    private bool IsDone() => _done == 0 || OwnBinding.IsDone(_done);

    private void Block()
    {
        if (_done != 0)
            OwnBinding.Block(_done, Numbers.device);
    }

    private void Release()
    {
        if (_done != 0)
            OwnBinding.Release(_done);
        _done = 0;
    }

    private static bool Same(Device one, Device other) => one.type == other.type && (one.type == TorchSharp.DeviceType.CPU || one.index == other.index);
}
