using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace OpenSora.Torch;

/// <summary>Tensors on the CPU and the memory that they lie in. TorchSharp's own functions copy, or end at 2 GiB.</summary>
public static unsafe partial class TensorMemory
{
    /// <summary>
    /// A CPU tensor over memory of someone else, row-major; nothing is copied. Writing to it where the memory is read-only
    /// ends the process. <paramref name="owner"/> is disposed once, when the last view of the tensor is gone, on whichever
    /// thread lets it go: a lease on the memory.
    /// </summary>
    /// <param name="data">The first element, at a multiple of the element's size.</param>
    /// <exception cref="ExternalException">torch makes no tensor of that shape. The owner is disposed.</exception>
    public static Tensor FromMemory(nint data, ScalarType dtype, ReadOnlySpan<long> shape, IDisposable owner)
    {
        TorchLibraries.Load();
        ForeignMemory.Lend(data, owner);
        nint handle;
        fixed (long* sizes = shape)
            handle = THSTensor_new(data, &ForeignMemory.Return, sizes, shape.Length, (sbyte)dtype, (sbyte)dtype, 0, -1, 0);
        if (handle != 0)
            return Tensor.UnsafeCreateTensor(handle);
        ForeignMemory.TakeBack(data, owner);
        throw new ExternalException(TorchFailure.FirstLine(Marshal.PtrToStringUTF8(THSTorch_get_and_reset_last_err()) ?? "torch makes no tensor over this memory"));
    }

    /// <summary>As the other form; the handle is not disposed but held: its memory stays for as long as a view of the tensor lives.</summary>
    public static Tensor FromMemory(nint data, ScalarType dtype, ReadOnlySpan<long> shape, SafeHandle owner) =>
        FromMemory(data, dtype, shape, new Hold(owner));

    /// <summary>Where the first element lies. It is good for as long as the tensor is alive.</summary>
    public static nint Pointer(Tensor tensor)
    {
        nint data = THSTensor_data(tensor.Handle);
        GC.KeepAlive(tensor);
        return data;
    }

    /// <summary>The bytes of a contiguous CPU tensor of at most 2 GiB; good for as long as the tensor is alive.</summary>
    /// <exception cref="ArgumentException">The tensor has holes, or lies elsewhere.</exception>
    /// <exception cref="OverflowException">It has more than 2 GiB.</exception>
    public static Span<byte> Bytes(Tensor tensor) =>
        tensor.device_type == TorchSharp.DeviceType.CPU && tensor.is_contiguous()
            ? new Span<byte>((void*)Pointer(tensor), checked((int)(tensor.numel() * tensor.element_size())))
            : throw new ArgumentException($"the bytes of a tensor are dense ones on the CPU; these are {(tensor.is_contiguous() ? $"on {Devices.Name(tensor.device)}" : "not dense")}");

    /// <summary>Overwrites a contiguous CPU tensor, in the machine's byte order (little-endian).</summary>
    /// <exception cref="ArgumentException">Another number of bytes than the tensor has.</exception>
    public static void CopyFrom(Tensor tensor, ReadOnlySpan<byte> bytes)
    {
        Span<byte> to = Bytes(tensor);
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

    [LibraryImport("LibTorchSharp")]
    private static partial nint THSTensor_new(
        nint data, delegate* unmanaged[Cdecl]<nint, void> deleter, long* sizes, int dimensions, sbyte type, sbyte dtype, int device, int index, byte requiresGrad);

    [LibraryImport("LibTorchSharp")]
    private static partial nint THSTensor_data(nint tensor);

    [LibraryImport("LibTorchSharp")]
    private static partial nint THSTorch_get_and_reset_last_err();
}
