namespace OpenSora.Torch.Tests.Kernels;

/// <summary>
/// The promise that units rest on: the bits of a row do not depend on the rows around it, on where it lies in memory, nor on the number of
/// threads. Lengths leave a remainder in every register.
/// </summary>
[Collection(nameof(OnThread))]
public sealed class RowBitsTests : IDisposable
{
    private const long Columns = 71;
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _scale = randn(Columns), _shift = randn(Columns), _norm = randn(30), _cosines = randn(5, 15), _sines = randn(5, 15);

    /// <summary>Numbers of one row. There are rows enough for all threads.</summary>
    private static readonly Dictionary<string, (long Rows, long[] Row)> s_kernels = new()
    {
        ["gelu"] = (8000, [Columns]),
        ["modulate"] = (16000, [Columns]),
        ["round"] = (32000, [Columns]),
        ["heads"] = (1200, [5, 3, 2, 30]),
        ["attend"] = (9000, [3, 7, 30]),
        ["moments"] = (110, [10_001]),
        ["scaled silu"] = (3000, [2, 3, 33]),
    };

    public static TheoryData<string, string> SetsAndKernels()
    {
        TheoryData<string, string> data = [];
        foreach (string set in (string[])["portable", "avx2", "avx512"])
            foreach (string kernel in s_kernels.Keys)
                data.Add(set, kernel);
        return data;
    }

    public void Dispose()
    {
        FusedKernels.Use(null);
        _scope.Dispose();
    }

    [Theory]
    [MemberData(nameof(SetsAndKernels))]
    public void A_row_has_the_same_bits_wherever_it_lies(string set, string kernel)
    {
        if (!FusedKernels.Use(set))
            return;
        (long rows, long[] row) = s_kernels[kernel];
        Tensor x = randn([rows, .. row]), together = Run(kernel, x, 0);
        foreach (int threads in (int[])[1, 2, 3, 4])
            OnThread.Do(threads, () =>
            {
                using DisposeScope scope = NewDisposeScope();
                Assert.True(TensorMemory.Bytes(together).SequenceEqual(TensorMemory.Bytes(Run(kernel, x, threads))), $"{threads} threads");
            });
        foreach (long first in (long[])[0, 1, rows / 2 + 1, rows - 1])
            for (long offset = 0; offset < 16; offset++)
                Assert.True(
                    TensorMemory.Bytes(together.narrow(0, first, 1)).SequenceEqual(TensorMemory.Bytes(Run(kernel, x.narrow(0, first, 1), offset))),
                    $"row {first} at {offset}");
    }

    /// <summary>[n, …] → [n, …], computed this many numbers from a line of the cache.</summary>
    private Tensor Run(string kernel, Tensor x, long offset)
    {
        long n = x.shape[0];
        switch (kernel)
        {
            case "gelu":
                Tensor y = At(x, offset);
                FusedKernels.Gelu(y, _shift);
                return y;
            case "modulate":
                return FusedKernels.Modulate(At(x.unsqueeze(0), offset), _scale, _shift, 1e-6).squeeze(0);
            case "round":
                return FusedKernels.RoundToBFloat16(At(x, offset));
            case "heads":
                (Tensor q, Tensor k, Tensor v) = FusedKernels.Heads(At(x, offset), (_norm, _norm), (_cosines, _sines), 1e-6);
                return cat([q.view(n, -1), k.view(n, -1), v.view(n, -1)], 1);
            case "attend":
                return FusedKernels.Attend(At(x.select(1, 0), offset), At(x.select(1, 1), offset + 1), At(x.select(1, 2), offset + 3));
            case "moments":
                (Tensor mean, Tensor inverse) = FusedKernels.Moments(At(x.unsqueeze(1), offset), 1, 1e-5);
                return cat([mean, inverse], 1);
            default:
                Tensor image = At(x, offset), to = empty(image.shape);
                FusedKernels.ScaledSilu(image, _scale.narrow(0, 0, 2).expand(n, 2).contiguous(), _shift.narrow(0, 0, 2).expand(n, 2).contiguous(), 0, to);
                return to;
        }
    }

    private static Tensor At(Tensor x, long offset) => empty(x.numel() + offset).narrow(0, offset, x.numel()).view(x.shape).copy_(x);
}
