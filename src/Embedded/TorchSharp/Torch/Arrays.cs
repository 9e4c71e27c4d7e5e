using System.Runtime.InteropServices;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A copy of an array of any rank.</summary>
    public static Tensor from_array(Array rawArray, ScalarType? dtype, Device? device = null, bool requires_grad = false, string[]? names = null)
    {
        ScalarType held = ToScalarType(rawArray.GetType().GetElementType()!);
        Tensor copy = empty([.. Enumerable.Range(0, rawArray.Rank).Select(rawArray.GetLongLength)], held);
        MemoryMarshal.CreateReadOnlySpan(ref MemoryMarshal.GetArrayDataReference(rawArray), checked((int)(rawArray.LongLength * held.ElementSize())))
            .CopyTo(copy.bytes);
        return Placed(copy, dtype, device, requires_grad, names);
    }

    public static Tensor from_array(Array rawArray, Device? device = null) => from_array(rawArray, null, device);

    /// <summary>
    /// A tensor over the array's own memory, in one dimension: what is written to one is seen in the other. The array is
    /// pinned until the last view of it is gone.
    /// </summary>
    /// <param name="count">Elements of the tensor; -1: all that is left.</param>
    /// <param name="offset">Bytes of the array to skip.</param>
    public static Tensor frombuffer(Array rawArray, ScalarType dtype, long count = -1, long offset = 0, bool requires_grad = false)
    {
        long left = rawArray.LongLength * ToScalarType(rawArray.GetType().GetElementType()!).ElementSize() - offset;
        if (count < 0)
            count = left / dtype.ElementSize();
        if (offset < 0 || count * dtype.ElementSize() > left)
            throw new ArgumentException($"{count} elements of {dtype} after byte {offset}: the array has {left} bytes there");
        GCHandle pin = GCHandle.Alloc(rawArray, GCHandleType.Pinned);
        return Finish(ForeignMemory.Share(pin.AddrOfPinnedObject() + (nint)offset, dtype, [count], new Pin(pin)), requires_grad);
    }

    private static Tensor From<T>(ReadOnlySpan<T> numbers, ReadOnlySpan<long> dimensions, ScalarType? dtype, Device? device, bool requires_grad, string[]? names = null)
        where T : unmanaged
    {
        long count = 1;
        foreach (long size in dimensions)
            count *= size;
        if (count > numbers.Length)
            throw new ArgumentException($"mismatched total size creating a tensor from an array: {count} vs. {numbers.Length}");
        Tensor copy = empty(dimensions, ToScalarType(typeof(T)));
        MemoryMarshal.AsBytes(numbers[..(int)count]).CopyTo(copy.bytes);
        return Placed(copy, dtype, device, requires_grad, names);
    }

    private static Tensor Placed(Tensor made, ScalarType? dtype, Device? device, bool requires_grad, string[]? names)
    {
        if (dtype is null && device is null)
            return Finish(made, requires_grad, names);
        Tensor placed = made.to(dtype ?? made.dtype, device ?? CPU);
        made.Dispose();
        return Finish(placed, requires_grad, names);
    }

    private sealed class Pin(GCHandle handle) : IDisposable
    {
        public void Dispose() => handle.Free();
    }
}
