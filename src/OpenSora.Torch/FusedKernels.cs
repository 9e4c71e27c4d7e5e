using OpenSora.Torch.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Torch;

/// <summary>
/// Steps of a transformer block that torch does in many passes or slowly, done in one by kernels of our own: for
/// dense float32 tensors on the CPU that nobody differentiates. For everything else the caller has the plain form.
/// Results depend on the values and the shape of a row only: not on the number of rows, threads or cards.
/// </summary>
public static unsafe partial class FusedKernels
{
    /// <summary>Channels that a head may have in <see cref="Heads"/> and <see cref="Attend"/>.</summary>
    public const long MostHeadSize = 256;

    /// <summary>Tokens that a sequence may have in <see cref="Attend"/>.</summary>
    public const long MostTokens = 64;

    private static KernelSet s_kernels = KernelSet.Find(null)!;

    /// <summary>The instruction set in use: <c>avx512</c>, <c>avx2</c> or <c>portable</c>.</summary>
    public static string InstructionSet => s_kernels.Name;

    /// <summary>Uses another instruction set in this process, null for the best one: for tests and comparisons.</summary>
    /// <returns>false, and nothing changed, when this processor lacks it.</returns>
    public static bool Use(string? instructionSet)
    {
        KernelSet? found = KernelSet.Find(instructionSet);
        s_kernels = found ?? s_kernels;
        return found is not null;
    }

    /// <summary>What computes in this process: an instruction set of these kernels, or <c>plain</c>: torch alone. Last bits depend on it.</summary>
    public static string Chosen => Enabled ? InstructionSet : "plain";

    /// <param name="kernels">An instruction set, <c>best</c>, or <c>plain</c>.</param>
    /// <returns>false, and nothing changed, when this processor lacks it.</returns>
    public static bool Choose(string kernels)
    {
        if (!Use(kernels is "best" or "plain" ? null : kernels))
            return false;
        Enabled = kernels != "plain";
        return true;
    }

    /// <summary>Whether <see cref="CanTake"/> ever agrees, in this process: off to compare with torch. Default: true.</summary>
    public static bool Enabled { get; set; } = true;

    /// <summary>Whether the kernels can take all of these; null stands for no tensor.</summary>
    public static bool CanTake(params ReadOnlySpan<Tensor?> tensors)
    {
        if (!Enabled)
            return false;
        foreach (Tensor? x in tensors)
            if (x is not null && !(x.dtype == ScalarType.Float32 && x.device_type == DeviceType.CPU && x.is_contiguous()
                && !(x.requires_grad && is_grad_enabled())))
                return false;
        return true;
    }

    /// <summary>x = GELU(x + bias) in its tanh form, in place.</summary>
    /// <param name="x">[…, columns]</param>
    /// <param name="bias">[columns], or null.</param>
    public static void Gelu(Tensor x, Tensor? bias)
    {
        using var _ = OperationTimes.Measure("gelu");
        long columns = x.shape[^1];
        Check(bias is null || bias.numel() == columns, x, bias);
        s_kernels.Gelu(At(x), At(bias), x.numel() / columns, columns);
        Keep(x, bias);
    }

    /// <summary>Layer norm without weights, times <paramref name="scale"/>, plus <paramref name="shift"/>.</summary>
    /// <param name="x">[n, m, C]</param>
    /// <param name="scale">[C] for all rows, [n, 1, C] for the rows of each n, or [m, C].</param>
    /// <param name="shift">Of the same shape.</param>
    public static Tensor Modulate(Tensor x, Tensor scale, Tensor shift, double epsilon)
    {
        using var _ = OperationTimes.Measure("modulate");
        long columns = x.shape[^1], period = scale.numel() / columns;
        Check(x.ndim == 3 && scale.shape[^1] == columns && shift.shape.SequenceEqual(scale.shape)
            && (period == 1 || scale.ndim == 3 && period == x.shape[0] || scale.ndim == 2 && period == x.shape[1]), x, scale, shift);
        Tensor to = empty(x.shape, dtype: x.dtype, device: x.device);
        s_kernels.Modulate(
            At(x), At(scale), At(shift), At(to), x.numel() / columns, columns,
            repeat: scale.ndim == 3 ? x.shape[1] : 1, period, (float)epsilon);
        Keep(x, scale, shift, to);
        return to;
    }

    /// <summary>
    /// Queries, keys and values by head: RMS norm of queries and keys, then rotation of neighbouring channels.
    /// </summary>
    /// <param name="qkv">[n, m, 3, H, D], D at most <see cref="MostHeadSize"/>.</param>
    /// <param name="norms">Weights [D] of queries and keys; null for no norm.</param>
    /// <param name="rotation">Cosines and sines [m, D/2]; null for no rotation.</param>
    /// <returns>Three times [n · H, m, D].</returns>
    public static (Tensor Q, Tensor K, Tensor V) Heads(
        Tensor qkv, (Tensor Q, Tensor K)? norms, (Tensor Cos, Tensor Sin)? rotation, double epsilon)
    {
        using var _ = OperationTimes.Measure("heads");
        long[] d = qkv.shape;
        Check(d.Length == 5 && d[2] == 3 && d[4] <= MostHeadSize
            && (norms is null || norms.Value.Q.numel() == d[4] && norms.Value.K.numel() == d[4])
            && (rotation is null || rotation.Value.Cos.numel() == d[1] * (d[4] / 2) && rotation.Value.Sin.numel() == d[1] * (d[4] / 2)),
            qkv, norms?.Q, norms?.K, rotation?.Cos, rotation?.Sin);
        Tensor New() => empty(d[0] * d[3], d[1], d[4], dtype: qkv.dtype, device: qkv.device);
        Tensor q = New(), k = New(), v = New();
        HeadTensors heads = new()
        {
            Qkv = At(qkv),
            QWeight = At(norms?.Q),
            KWeight = At(norms?.K),
            Cos = At(rotation?.Cos),
            Sin = At(rotation?.Sin),
            Q = At(q),
            K = At(k),
            V = At(v),
            Groups = d[0],
            Tokens = d[1],
            Heads = d[3],
            Size = d[4],
            Epsilon = (float)epsilon,
        };
        s_kernels.Heads(heads);
        Keep(qkv, norms?.Q, norms?.K, rotation?.Cos, rotation?.Sin, q, k, v);
        return (q, k, v);
    }

    /// <summary>softmax(q kᵀ / √D) v for many short sequences.</summary>
    /// <param name="q">[B, m, D]; m at most <see cref="MostTokens"/>, D at most <see cref="MostHeadSize"/>.</param>
    /// <param name="k">The same shape.</param>
    /// <param name="v">The same shape.</param>
    public static Tensor Attend(Tensor q, Tensor k, Tensor v)
    {
        using var _ = OperationTimes.Measure("attend");
        long[] d = q.shape;
        Check(d.Length == 3 && d[1] <= MostTokens && d[2] <= MostHeadSize && k.shape.SequenceEqual(d) && v.shape.SequenceEqual(d), q, k, v);
        Tensor to = empty(q.shape, dtype: q.dtype, device: q.device);
        s_kernels.Attend(At(q), At(k), At(v), At(to), q.shape[0], q.shape[1], q.shape[2], (float)(1 / Math.Sqrt(q.shape[2])));
        Keep(q, k, v, to);
        return to;
    }

    /// <summary>The numbers rounded to bfloat16, held as float32: <c>x.to(bfloat16).to(float32)</c>, in one pass.</summary>
    public static Tensor RoundToBFloat16(Tensor x)
    {
        Tensor to = empty(x.shape, dtype: x.dtype, device: x.device);
        s_kernels.RoundToBFloat16(At(x), At(to), x.numel());
        Keep(x, to);
        return to;
    }

    /// <summary>A kernel believes the shapes that it is given: a wrong one would read and write what is not the tensor's.</summary>
    /// <exception cref="ArgumentException">They do not fit together; the message has all of them.</exception>
    private static void Check(bool fits, params ReadOnlySpan<Tensor?> tensors)
    {
        if (fits)
            return;
        List<string> shapes = [];
        foreach (Tensor? tensor in tensors)
            shapes.Add(tensor is null ? "none" : $"[{string.Join(", ", tensor.shape)}]");
        throw new ArgumentException($"shapes that do not fit together: {string.Join(", ", shapes)}");
    }

    private static float* At(Tensor? x) => x is null ? null : (float*)TensorMemory.Pointer(x);

    // A tensor that nobody uses any more may be collected during the call.
    private static void Keep(params ReadOnlySpan<Tensor?> tensors)
    {
        foreach (Tensor? tensor in tensors)
            GC.KeepAlive(tensor);
    }
}
