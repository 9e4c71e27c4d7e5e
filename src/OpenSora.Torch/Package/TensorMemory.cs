using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace OpenSora.Torch;

/// <summary>Tensors on the CPU and the memory that they lie in. TorchSharp cannot share foreign memory: here it is copied.</summary>
public static unsafe class TensorMemory
{
    /// <summary>A CPU tensor with a copy of the memory, row-major. <paramref name="owner"/> is disposed at once.</summary>
    public static Tensor FromMemory(nint data, ScalarType dtype, ReadOnlySpan<long> shape, IDisposable owner)
    {
        using (owner)
            return Copy(data, dtype, shape);
    }

    /// <summary>A CPU tensor with a copy of the memory, row-major. The handle is not needed after the call.</summary>
    public static Tensor FromMemory(nint data, ScalarType dtype, ReadOnlySpan<long> shape, SafeHandle owner)
    {
        Tensor copy = Copy(data, dtype, shape);
        GC.KeepAlive(owner);
        return copy;
    }

    /// <summary>Where the first element lies. It is good for as long as the tensor is alive.</summary>
    public static nint Pointer(Tensor tensor)
    {
        fixed (byte* first = tensor.bytes)
            return (nint)first;
    }

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

    private static Tensor Copy(nint data, ScalarType dtype, ReadOnlySpan<long> shape)
    {
        Tensor copy = empty(shape, dtype);
        CopyFrom(copy, new ReadOnlySpan<byte>((void*)data, checked((int)(copy.numel() * copy.element_size()))));
        return copy;
    }
}
