using TorchSharp.Modules;

namespace OpenSora.Torch.Tests.Kernels;

/// <summary>Every instruction set of this processor against torch, over sizes with every kind of remainder and extreme values.</summary>
[Collection(nameof(FusedKernels))]
public sealed class FusedKernelsTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string, long> SetsAndColumns()
    {
        TheoryData<string, long> data = [];
        foreach (string set in (string[])["portable", "avx2", "avx512"])
            foreach (long columns in (long[])[1, 2, 15, 16, 17, 31, 72, 300, 1152])
                data.Add(set, columns);
        return data;
    }

    public void Dispose()
    {
        FusedKernels.Use(null);
        _scope.Dispose();
    }

    [Theory]
    [MemberData(nameof(SetsAndColumns))]
    public void Gelu_is_torchs(string set, long columns)
    {
        if (!FusedKernels.Use(set))
            return;
        Tensor x = Noise(3, columns) * 4, bias = Noise(columns);
        Tensor expected = nn.functional.gelu(x + bias, GELU.Approximate.tanh), plain = nn.functional.gelu(x, GELU.Approximate.tanh);
        Tensor unbiased = x.clone();
        FusedKernels.Gelu(x, bias);
        FusedKernels.Gelu(unbiased, null);
        Near(expected, x, 1e-6);
        Near(plain, unbiased, 1e-6);
    }

    [Theory]
    [InlineData("portable")]
    [InlineData("avx2")]
    [InlineData("avx512")]
    public void Gelu_of_extreme_numbers(string set)
    {
        if (!FusedKernels.Use(set))
            return;
        Tensor x = tensor((float[])[0, -0f, 1e-38f, -1e-20f, 5, -5, 12, -12, 1e4f, -1e4f, 1e19f, 3e38f, float.PositiveInfinity]);
        Tensor expected = nn.functional.gelu(x, GELU.Approximate.tanh), nan = tensor((float[])[float.NaN, 1]);
        FusedKernels.Gelu(x, null);
        FusedKernels.Gelu(nan, null);
        Assert.Equal(expected.data<float>().ToArray(), x.data<float>().ToArray(), (a, b) => a == b || Math.Abs(a - b) <= 1e-6 * Math.Max(1, Math.Abs(a)));
        Assert.True(float.IsNaN(nan[0].item<float>()));
        Assert.Equal(0.841192f, nan[1].item<float>(), 1e-6f);
    }

    [Theory]
    [MemberData(nameof(SetsAndColumns))]
    public void Modulation_is_a_layer_norm_per_row_or_group(string set, long columns)
    {
        if (!FusedKernels.Use(set))
            return;
        const long N = 3, M = 4;
        // Channels lie well apart, and the reference is in float64: the norm of nearly equal numbers is all rounding.
        Tensor x = Noise(N, M, 1) + arange(columns, ScalarType.Float32).remainder(7);
        Tensor normal = nn.functional.layer_norm(x.to(ScalarType.Float64), [columns], eps: 1e-6).to(ScalarType.Float32);
        foreach (long[] shape in (long[][])[[columns], [N, 1, columns], [M, columns]])
        {
            Tensor scale = Noise(shape), shift = Noise(shape);
            Near(normal * scale + shift, FusedKernels.Modulate(x, scale, shift, 1e-6), 2e-5);
        }
    }

    [Theory]
    [InlineData("portable", 2, 5, 3, 72)]
    [InlineData("avx2", 2, 5, 3, 72)]
    [InlineData("avx512", 2, 5, 3, 72)]
    [InlineData("avx512", 1, 1, 1, 2)]
    [InlineData("avx512", 3, 7, 2, 256)]
    public void Heads_are_normalised_and_rotated(string set, long n, long m, long heads, long size)
    {
        if (!FusedKernels.Use(set))
            return;
        Tensor qkv = Noise(n, m, 3, heads, size), qWeight = Noise(size), kWeight = Noise(size);
        Tensor angles = Noise(m, size / 2) * 10, cosine = cos(angles), sine = sin(angles);
        var (q, k, v) = FusedKernels.Heads(qkv, (qWeight, kWeight), (cosine, sine), 1e-6);
        Near(Head(Rotated(Norm(qkv.select(2, 0)) * qWeight, cosine, sine)), q, 8e-6);
        Near(Head(Rotated(Norm(qkv.select(2, 1)) * kWeight, cosine, sine)), k, 1e-5);
        Near(Head(qkv.select(2, 2)), v, 0);

        var (plainQ, plainK, _) = FusedKernels.Heads(qkv, null, null, 1e-6);
        Near(Head(qkv.select(2, 0)), plainQ, 0);
        Near(Head(qkv.select(2, 1)), plainK, 0);

        static Tensor Norm(Tensor x) => x * (x.square().mean([-1], keepdim: true) + 1e-6).rsqrt();
        static Tensor Head(Tensor x) => x.transpose(1, 2).reshape(-1, x.shape[1], x.shape[3]);
    }

    public static TheoryData<string, long, long, long> SetsAndSequences()
    {
        TheoryData<string, long, long, long> data = [];
        foreach (string set in (string[])["portable", "avx2", "avx512"])
            foreach ((long batch, long tokens, long size) in ((long, long, long)[])[(3, 8, 72), (2, 1, 1), (2, 17, 30), (2, 64, 256)])
                data.Add(set, batch, tokens, size);
        return data;
    }

    [Theory]
    [MemberData(nameof(SetsAndSequences))]
    public void Short_attention_is_plain_attention(string set, long batch, long tokens, long size)
    {
        if (!FusedKernels.Use(set))
            return;
        Tensor q = Noise(batch, tokens, size), k = Noise(batch, tokens, size), v = Noise(batch, tokens, size);
        Near((q / Math.Sqrt(size)).bmm(k.transpose(1, 2)).softmax(-1).bmm(v), FusedKernels.Attend(q, k, v), 1e-5);
    }

    [Theory]
    [InlineData("portable")]
    [InlineData("avx2")]
    [InlineData("avx512")]
    public void Short_attention_with_extreme_scores(string set)
    {
        if (!FusedKernels.Use(set))
            return;
        Tensor k = eye(18).unsqueeze(0), v = Noise(1, 18, 18);
        Near(v, FusedKernels.Attend(k * 1e4, k, v), 1e-6);
        Near(v, FusedKernels.Attend(k * 1e4 - 1e6, k, v), 1e-6);
        Near(v.mean([1L], keepdim: true).expand_as(v), FusedKernels.Attend(zeros_like(k), k, v), 1e-6);
        Tensor nan = k * float.NaN;
        Assert.All(FusedKernels.Attend(nan, k, v).Floats(), x => Assert.True(float.IsNaN(x)));
    }

    /// <summary>Bit for bit, with ties, subnormal and extreme numbers among them.</summary>
    [Theory]
    [InlineData("portable")]
    [InlineData("avx2")]
    [InlineData("avx512")]
    public void Rounding_to_bfloat16_is_torchs(string set)
    {
        if (!FusedKernels.Use(set))
            return;
        float[] extremes =
        [
            0, -0f, 1, 1.00390625f, 1.01171875f, -1.00390625f, 1e-40f, -1e-45f, 3.4e38f, -3.4e38f, float.MaxValue,
            float.PositiveInfinity, float.NegativeInfinity, float.NaN,
        ];
        foreach (Tensor x in (Tensor[])[tensor(extremes), Noise(1), Noise(200_003) * 1e3])
        {
            float[] expected = x.to(ScalarType.BFloat16).to(ScalarType.Float32).data<float>().ToArray();
            float[] rounded = FusedKernels.RoundToBFloat16(x).data<float>().ToArray();
            Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits).Where((_, i) => !float.IsNaN(expected[i])), rounded.Select(BitConverter.SingleToInt32Bits).Where((_, i) => !float.IsNaN(expected[i])));
            Assert.Equal(expected.Select(float.IsNaN), rounded.Select(float.IsNaN));
        }
    }

    [Fact]
    public void What_they_cannot_take_is_left_to_torch()
    {
        Tensor x = Noise(4, 4);
        Assert.True(FusedKernels.CanTake(x, null));
        Assert.False(FusedKernels.CanTake(x.t()));
        Assert.False(FusedKernels.CanTake(x.to(ScalarType.Float64)));
        Tensor learned = x.clone().requires_grad_();
        Assert.False(FusedKernels.CanTake(learned));
        using (no_grad())
            Assert.True(FusedKernels.CanTake(learned));
    }

    private static Tensor Rotated(Tensor x, Tensor cosine, Tensor sine) // [n, m, H, D]
    {
        Tensor pairs = x.view(x.shape[0], x.shape[1], x.shape[2], -1, 2), first = pairs.select(-1, 0), second = pairs.select(-1, 1);
        Tensor c = cosine.unsqueeze(1), s = sine.unsqueeze(1);
        return stack([first * c - second * s, second * c + first * s], -1).view(x.shape);
    }

    private static Tensor Noise(params long[] shape) => randn(shape, ScalarType.Float32);

    /// <summary>A kernel that believed them would read and write memory of others.</summary>
    [Fact]
    public void Shapes_that_do_not_fit_are_refused_with_all_of_them()
    {
        Tensor x = Noise(2, 4, 8), heads = Noise(2, 4, 3, 2, 8);
        Action[] calls =
        [
            () => FusedKernels.Gelu(x, Noise(7)),
            () => FusedKernels.Modulate(x, Noise(9), Noise(9), 1e-6),
            () => FusedKernels.Modulate(x, Noise(8), Noise(4, 8), 1e-6),
            () => FusedKernels.Modulate(x, Noise(3, 1, 8), Noise(3, 1, 8), 1e-6),
            () => FusedKernels.Modulate(x, Noise(5, 8), Noise(5, 8), 1e-6),
            () => FusedKernels.Heads(heads, (Noise(8), Noise(7)), null, 1e-6),
            () => FusedKernels.Heads(heads, null, (Noise(4, 4), Noise(3, 4)), 1e-6),
            () => FusedKernels.Heads(Noise(2, 4, 2, 2, 8), null, null, 1e-6),
            () => FusedKernels.Heads(Noise(1, 1, 3, 1, FusedKernels.MostHeadSize + 1), null, null, 1e-6),
            () => FusedKernels.Attend(x, Noise(2, 4, 9), x),
            () => FusedKernels.Attend(x, x, Noise(2, 5, 8)),
            () => FusedKernels.Attend(Noise(1, FusedKernels.MostTokens + 1, 8), Noise(1, FusedKernels.MostTokens + 1, 8), Noise(1, FusedKernels.MostTokens + 1, 8)),
            () => FusedKernels.Moments(x, 3, 1e-6),
            () => FusedKernels.ScaledSilu(Noise(1, 2, 4, 4), Noise(1, 2), Noise(1, 2), 2, zeros(1, 2, 3, 4)),
            () => FusedKernels.ScaledSilu(Noise(1, 2, 4, 4), Noise(1, 3), Noise(1, 2), 0, zeros(1, 2, 3, 4)),
            () => FusedKernels.ScaledSilu(Noise(1, 2, 4, 5), Noise(1, 2), Noise(1, 2), 0, zeros(1, 2, 3, 4)),
        ];
        Assert.All(calls, call => Assert.Contains("do not fit together: [", Assert.Throws<ArgumentException>(call).Message, StringComparison.Ordinal));
    }

    private static void Near(Tensor expected, Tensor actual, double tolerance)
    {
        Assert.Equal(expected.shape, actual.shape);
        Assert.InRange((expected - actual).abs().max().ToDouble(), 0, tolerance);
    }
}
