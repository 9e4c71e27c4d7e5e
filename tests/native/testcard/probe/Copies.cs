using OpenSora.Layout.Gangs;
using System.Runtime.InteropServices;
using OpenSora.Parallel.Gangs;
using OpenSora.Links;
using OpenSora.Torch;
using static TorchSharp.torch;

namespace OpenSora.TestCard.Probe;

/// <summary>Copies from and to a card while the card holds them back: what waits for them and what does not.</summary>
internal static unsafe class Copies
{
    private static readonly delegate* unmanaged<int, void> s_hold =
        (delegate* unmanaged<int, void>)NativeLibrary.GetExport(NativeLibrary.Load(Environment.GetEnvironmentVariable("OPENSORA_GCU_LIBRARY")!), "testcard_hold_copies");

    /// <summary>Facts of the way to the host and back, as words.</summary>
    public static string Of(Device device)
    {
        using IDisposable scope = NewDisposeScope();
        Tensor host = arange(1000, ScalarType.Float32), card = host.to(device);
        s_hold(1);
        DeviceCopy down = new(card.narrow(0, 10, 500), CPU);
        bool overlaps = !down.WaitOnHost(TimeSpan.Zero) && DeviceCopy.Overlaps(device);
        card = card + 1; // goes on, and the copy is of what was there before
        Later(() => s_hold(0));
        down.WaitOnHost();
        bool same = Same(down.Numbers, host.narrow(0, 10, 500));
        down.Dispose();

        s_hold(1);
        using DeviceCopy up = new(host, device);
        Later(() => s_hold(0));
        up.WaitOnDevice();
        same &= Same((up.Numbers + 1).cpu(), card.cpu());

        // Disposed while they are held: what they copy, and where to, must stay.
        s_hold(1);
        new DeviceCopy(host, device).DisposeSoon();
        new DeviceCopy(card + 1, CPU).DisposeSoon();
        s_hold(0);
        using (DeviceCopy last = new(host, device), lastBack = new(card, CPU))
            same &= last.WaitOnHost() && lastBack.WaitOnHost();
        same &= card.sum(dim: 0).cpu().item<float>() == 500500; // a card that had copied what is not there would say so
        return $"overlaps={overlaps} same={same}";
    }

    /// <summary>Two ranks on one card: sending does not wait for the copy, receiving does, and the sender is alive meanwhile.</summary>
    public static string Sent(Device device)
    {
        using IDisposable scope = NewDisposeScope();
        LinkOptions options = new() { Heartbeat = TimeSpan.FromMilliseconds(50), Silence = TimeSpan.FromSeconds(4) };
        IReadOnlyList<Mesh> meshes = Mesh.InProcess(new GangName("probe", 1), 2, options);
        FrameAddress address = new(FrameKind.Tokens, 0, 0, GuidanceHalf.Conditional, 0, 0);
        Tensor card = arange(1000, ScalarType.Float32).to(device);
        s_hold(1);
        long bytes = meshes[0].Send(1, address, card);
        Tensor next = card * 2; // computed while the copy is held
        Tensor? came = null;
        bool early = SpinWait.SpinUntil(
            () => (came = meshes[1].Receive(0, address, ScalarType.Float32, [1000], wait: false)) is not null,
            DeviceCopy.Overlaps(device) ? TimeSpan.FromMilliseconds(200) : TimeSpan.FromMinutes(1));
        Later(() => s_hold(0), 5000); // longer than the sender may be silent
        came ??= meshes[1].Receive(0, address, ScalarType.Float32, [1000])!;
        bool same = Same(came, card.cpu()) && Same(next.cpu(), came * 2);
        foreach (Mesh mesh in meshes)
            mesh.Dispose();
        return $"bytes={bytes} early={early} same={same}";
    }

    private static bool Same(Tensor one, Tensor other) => one.Equals(other);

    private static void DisposeSoon(this DeviceCopy copy)
    {
        Later(() => s_hold(0));
        copy.Dispose();
        s_hold(1);
    }

    private static void Later(Action act, int milliseconds = 100) => new Thread(() =>
    {
        Thread.Sleep(milliseconds);
        act();
    }).Start();
}
