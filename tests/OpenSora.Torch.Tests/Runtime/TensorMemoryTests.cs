using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OpenSora.Torch.Tests.Runtime;

public unsafe class TensorMemoryTests
{
    private sealed class Lease : IDisposable
    {
        public int Disposals { get; private set; }

        public void Dispose() => Disposals++;
    }

    private sealed class Block : SafeHandle
    {
        public Block(int bytes) : base(0, true) => SetHandle(Marshal.AllocHGlobal(bytes));

        public bool Freed { get; private set; }

        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            Marshal.FreeHGlobal(handle);
            return Freed = true;
        }
    }

    [Fact]
    public void Foreign_memory_is_not_copied_and_lives_until_the_last_view_is_gone()
    {
        float* memory = stackalloc float[] { 1, 2, 3, 4, 5, 6 };
        Lease lease = new();

        Tensor x = TensorMemory.FromMemory((nint)memory, ScalarType.Float32, [2, 3], lease);
        Assert.Equal((nint)memory, TensorMemory.Pointer(x));
        Tensor view = WrappedTensorDisposeScope(() => x[1].narrow(0, 1, 2));
        Assert.Equal((nint)(memory + 4), TensorMemory.Pointer(view));
        memory[4] = 50;
        Assert.Equal([50f, 6f], view.Floats());

        x.Dispose();
        Assert.Equal(0, lease.Disposals);
        view.Dispose();
        Assert.Equal(1, lease.Disposals);
    }

    [Fact]
    public void Tensors_that_share_a_handle_hold_it_until_the_last_is_gone()
    {
        Block block = new(64);
        nint address = block.DangerousGetHandle();
        Tensor first = TensorMemory.FromMemory(address, ScalarType.Float32, [4], block);
        Tensor second = TensorMemory.FromMemory(address + 16, ScalarType.Float32, [4], block);

        block.Dispose();
        first.Dispose();
        Assert.False(block.Freed);
        second.fill_(1);
        second.Dispose();
        Assert.True(block.Freed);
    }

    [Fact]
    public void A_lease_ends_once_also_when_the_tensor_cannot_be_made()
    {
        Lease lease = new();
        byte memory = 0;
        nint address = (nint)(&memory);

        Assert.Throws<ExternalException>(() => TensorMemory.FromMemory(address, ScalarType.Byte, [-1], lease));

        Assert.Equal(1, lease.Disposals);
    }

    [Fact]
    public void The_finalizer_frees_what_nobody_disposes()
    {
        Lease lease = new();
        Forget(lease);
        for (int i = 0; i < 20 && lease.Disposals == 0; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.Equal(1, lease.Disposals);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Forget(Lease lease) =>
            TensorMemory.FromMemory(Marshal.AllocHGlobal(4), ScalarType.Float32, [1], lease).DetachFromDisposeScope();
    }

    /// <summary>A checkpoint is mapped and larger than what a span of .NET reaches. The file has holes: only what is read takes memory.</summary>
    [Fact]
    public void More_than_two_GiB_are_mapped_read_only_and_released_with_the_last_view()
    {
        const long Numbers = 700_000_000;
        string path = Path.GetTempFileName();
        using (FileStream file = File.OpenWrite(path))
        {
            file.Position = (Numbers - 1) * sizeof(float);
            file.Write(BitConverter.GetBytes(7f));
        }
        using MemoryMappedFile mapped = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        SafeMemoryMappedViewHandle bytes = mapped.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read).SafeMemoryMappedViewHandle;
        File.Delete(path);
        long before = MemoryUse.ResidentBytes;

        Tensor all = TensorMemory.FromMemory(bytes.DangerousGetHandle(), ScalarType.Float32, [Numbers / 1000, 1000], bytes);
        bytes.Dispose();
        Tensor last = WrappedTensorDisposeScope(() => all[Numbers / 1000 - 1]);
        Assert.Equal(Numbers, all.numel());
        Assert.Equal(7f, Last(last));
        Assert.InRange(MemoryUse.ResidentBytes - before, long.MinValue, 100 << 20);
        Assert.Throws<OverflowException>(() => TensorMemory.Bytes(all).Length);

        all.Dispose();
        Assert.False(IsReleased(bytes));
        Assert.Equal(7f, Last(last));
        last.Dispose();
        Assert.True(IsReleased(bytes));

        static float Last(Tensor row)
        {
            using DisposeScope scope = NewDisposeScope();
            return row[999].item<float>();
        }
    }

    /// <summary>Whether nobody holds the memory any more.</summary>
    private static bool IsReleased(SafeHandle handle)
    {
        try
        {
            bool held = false;
            handle.DangerousAddRef(ref held);
            handle.DangerousRelease();
            return false;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }

    [Fact]
    public void Several_owners_of_one_address_are_let_go_one_by_one()
    {
        float* memory = stackalloc float[4];
        Lease first = new(), second = new();
        Tensor one = TensorMemory.FromMemory((nint)memory, ScalarType.Float32, [4], first), other = TensorMemory.FromMemory((nint)memory, ScalarType.Float32, [2], second);

        other.Dispose();
        Assert.Equal(1, first.Disposals + second.Disposals);
        one.Dispose();
        Assert.Equal((1, 1), (first.Disposals, second.Disposals));
    }

    [Fact]
    public void Bytes_of_what_is_not_dense_are_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Contains("not dense", Assert.Throws<ArgumentException>(() => TensorMemory.Bytes(zeros(2, 2).t()).Length).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_are_read_and_written()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = zeros(2, dtype: ScalarType.Int32);

        TensorMemory.CopyFrom(x, [1, 0, 0, 0, 0, 1, 0, 0]);

        Assert.Equal([1, 256], x.data<int>().ToArray());
        Assert.Equal([1, 0, 0, 0, 0, 1, 0, 0], TensorMemory.Bytes(x).ToArray());
        Assert.Throws<ArgumentException>(() => TensorMemory.CopyFrom(x, [1]));
    }

    [Fact]
    public void Memory_use_counts_what_is_resident()
    {
        long before = MemoryUse.ResidentBytes;
        using Tensor big = ones(64 << 20, dtype: ScalarType.Byte);

        Assert.InRange(MemoryUse.ResidentBytes, before + (32 << 20), long.MaxValue);
        Assert.InRange(MemoryUse.PeakResidentBytes, before + (32 << 20), long.MaxValue);
    }
}
