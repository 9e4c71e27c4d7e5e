using System.Runtime.InteropServices;

namespace TorchSharp;

/// <summary>CPU tensors over memory that torch did not allocate.</summary>
internal static unsafe class ForeignMemory
{
    /// <summary>
    /// A tensor over <paramref name="data"/>. Nothing is copied; <paramref name="owner"/> is disposed when the last view of
    /// the tensor is gone, on the thread that lets it go, or at once when this fails.
    /// </summary>
    internal static torch.Tensor Share(nint data, torch.ScalarType type, ReadOnlySpan<long> shape, IDisposable owner)
    {
        nint state = GCHandle.ToIntPtr(GCHandle.Alloc(owner));
        return Native.ost_from_memory(data, shape, shape.Length, (int)type, &Released, state);
    }

    [UnmanagedCallersOnly]
    private static void Released(nint state)
    {
        GCHandle handle = GCHandle.FromIntPtr(state);
        IDisposable owner = (IDisposable)handle.Target!;
        handle.Free();
        owner.Dispose();
    }
}
