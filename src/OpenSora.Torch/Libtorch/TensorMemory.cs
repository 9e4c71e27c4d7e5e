using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Torch;

/// <summary>Tensors on the CPU and the memory that they lie in.</summary>
public static unsafe class TensorMemory
{
    /// <summary>
    /// A CPU tensor over memory of someone else, row-major; nothing is copied. Writing to it where the memory is read-only
    /// ends the process. <paramref name="owner"/> is disposed once, when the last view of the tensor is gone, on whichever
    /// thread lets it go: a lease on the memory.
    /// </summary>
    /// <param name="data">The first element, at a multiple of the element's size.</param>
    public static Tensor FromMemory(nint data, ScalarType dtype, ReadOnlySpan<long> shape, IDisposable owner) =>
        ForeignMemory.Share(data, dtype, shape, owner);

    /// <summary>As the other form; the handle is not disposed but held: its memory stays for as long as a view of the tensor lives.</summary>
    public static Tensor FromMemory(nint data, ScalarType dtype, ReadOnlySpan<long> shape, SafeHandle owner) =>
        ForeignMemory.Share(data, dtype, shape, new Hold(owner));

    /// <summary>Where the first element lies. It is good for as long as the tensor is alive.</summary>
    public static nint Pointer(Tensor tensor) => tensor.Address;

    /// <summary>The bytes of a contiguous CPU tensor of at most 2 GiB; good for as long as the tensor is alive.</summary>
    public static ReadOnlySpan<byte> Bytes(Tensor tensor) => tensor.bytes;

    /// <summary>Overwrites a contiguous CPU tensor, in the machine's byte order (little-endian).</summary>
    /// <exception cref="ArgumentException">Another number of bytes than the tensor has.</exception>
    public static void CopyFrom(Tensor tensor, ReadOnlySpan<byte> bytes)
    {
        Span<byte> to = tensor.bytes;
        if (to.Length != bytes.Length)
            throw new ArgumentException($"{bytes.Length} bytes for a tensor of {to.Length}");
        bytes.CopyTo(to);
        GC.KeepAlive(tensor);
    }

    private sealed class Hold : IDisposable
    {
        private readonly SafeHandle _handle;

        public Hold(SafeHandle handle)
        {
            bool held = false;
            handle.DangerousAddRef(ref held);
            _handle = handle;
        }

        public void Dispose() => _handle.DangerousRelease();
    }
}
