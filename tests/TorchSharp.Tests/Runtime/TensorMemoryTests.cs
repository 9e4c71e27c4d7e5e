using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OpenSora.Torch;

namespace TorchSharp.Tests.Runtime;

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
