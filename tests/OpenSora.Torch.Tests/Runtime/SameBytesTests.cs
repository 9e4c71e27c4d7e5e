using System.Runtime.InteropServices;

namespace OpenSora.Torch.Tests.Runtime;

/// <summary>
/// What "the same bytes for any number of cards" needs of torch and its libraries: a call of one shape gives the same bytes wherever its
/// numbers lie and whoever else computes. With the shapes of the full-size networks, and one, two and three threads.
/// </summary>
[Collection(nameof(OnThread))]
public sealed class SameBytesTests
{
    private const int Alignment = 64;

    public static TheoryData<string, int> Calls()
    {
        TheoryData<string, int> data = [];
        foreach (string call in (string[])["linear", "small linear", "mm", "bmm", "attention", "attention to a prompt", "softmax", "conv2d", "conv3d", "group_norm"])
            foreach (int threads in (int[])[1, 2, 3])
                data.Add(call, threads);
        return data;
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public void A_call_gives_the_same_bytes_at_every_address(string call, int threads)
    {
        (long[][] shapes, Func<Tensor[], Tensor> run) = call switch
        {
            "linear" => ((long[][])[[510, 1152], [3456, 1152], [3456]], x => nn.functional.linear(x[0], x[1], x[2])),
            "small linear" => ([[7, 72], [40, 72], [40]], x => nn.functional.linear(x[0], x[1], x[2])),
            "mm" => ([[129, 515], [515, 67]], x => x[0].mm(x[1])),
            "bmm" => ([[16, 30, 72], [16, 72, 301]], x => x[0].bmm(x[1])),
            "attention" => ([[1, 16, 405, 72], [1, 16, 405, 72], [1, 16, 405, 72]], Attend),
            "attention to a prompt" => ([[1, 16, 510, 72], [1, 16, 301, 72], [1, 16, 301, 72]], Attend),
            "softmax" => ([[33, 1590]], x => x[0].softmax(-1)),
            "conv2d" => ([[3, 32, 37, 41], [24, 32, 3, 3], [24]], x => nn.functional.conv2d(x[0], x[1], x[2], padding: [1, 1])),
            "conv3d" => ([[1, 16, 5, 19, 23], [8, 16, 3, 3, 3], [8]], x => nn.functional.conv3d(x[0], x[1], x[2], padding: [1, 1, 1])),
            _ => (Shapes: (long[][])[[2, 32, 17, 19]], (Func<Tensor[], Tensor>)(x => nn.functional.group_norm(x[0], 8))),
        };
        OnThread.Do(threads, () =>
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable inference = no_grad();
            Tensor[] inputs = [.. shapes.Select(shape => randn(shape))];
            byte[] expected = TensorMemory.Bytes(run(inputs)).ToArray();
            foreach (int offset in (int[])[0, 4, 8, 16, 20, 32, 60])
                Assert.Equal(expected, TensorMemory.Bytes(run([.. inputs.Select((x, i) => At(x, (offset + 4 * i) % Alignment))])).ToArray());
        });
    }

    /// <summary>Four threads that compute at once, as four cards do.</summary>
    [Fact]
    public void Others_that_compute_at_the_same_time_change_nothing()
    {
        Tensor x = randn(510, 1152), weight = randn(1152, 1152);
        byte[] expected = TensorMemory.Bytes(nn.functional.linear(x, weight)).ToArray();
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            TorchEnvironment.Initialize(1);
            using DisposeScope scope = NewDisposeScope();
            for (int i = 0; i < 10; i++)
                if (!TensorMemory.Bytes(nn.functional.linear(x, weight)).SequenceEqual(expected))
                    expected = [];
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();

        Assert.NotEmpty(expected);
    }

    /// <summary>The numbers of a tensor, this far from a line of the cache.</summary>
    private static unsafe Tensor At(Tensor x, int offset)
    {
        nuint bytes = (nuint)(x.numel() * sizeof(float));
        byte* memory = (byte*)NativeMemory.AlignedAlloc(bytes + Alignment, Alignment);
        Tensor copy = TensorMemory.FromMemory((nint)(memory + offset), ScalarType.Float32, x.shape, new Freed((nint)memory));
        copy.copy_(x);
        return copy;
    }

    private static Tensor Attend(Tensor[] x) => nn.functional.scaled_dot_product_attention(x[0], x[1], x[2]);

    private sealed unsafe class Freed(nint memory) : IDisposable
    {
        public void Dispose() => NativeMemory.AlignedFree((void*)memory);
    }
}
