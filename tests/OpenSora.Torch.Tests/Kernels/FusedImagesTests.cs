namespace OpenSora.Torch.Tests.Kernels;

/// <summary>Kernels for images, in every instruction set of this processor, against torch.</summary>
[Collection(nameof(FusedKernels))]
public sealed class FusedImagesTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string, long, long> SetsAndSizes()
    {
        TheoryData<string, long, long> data = [];
        foreach (string set in (string[])["portable", "avx2", "avx512"])
            foreach ((long height, long width) in ((long, long)[])[(1, 1), (3, 15), (5, 16), (4, 33), (70, 65)])
                data.Add(set, height, width);
        return data;
    }

    public void Dispose()
    {
        FusedKernels.Use(null);
        _scope.Dispose();
    }

    /// <summary>Also far from zero, where sums of squares would lose all digits.</summary>
    [Theory]
    [MemberData(nameof(SetsAndSizes))]
    public void Moments_are_those_of_double_precision(string set, long height, long width)
    {
        if (!FusedKernels.Use(set))
            return;
        foreach (double middle in (double[])[0, -3, 1000])
        {
            Tensor x = randn([2, 6, height, width], ScalarType.Float32) * 0.5 + middle;
            (Tensor mean, Tensor inverse) = FusedKernels.Moments(x, 3, 1e-5);
            Tensor groups = x.view(2, 3, -1).to(ScalarType.Float64);
            Near(groups.mean([2L]), mean, 1e-6);
            Tensor variance = groups.var([2L], unbiased: false);
            Near(variance.sqrt(), (inverse.to(ScalarType.Float64).pow(-2) - 1e-5).abs().sqrt(), 1e-5);
        }
    }

    [Theory]
    [MemberData(nameof(SetsAndSizes))]
    public void Scaled_silu_is_torchs(string set, long height, long width)
    {
        if (!FusedKernels.Use(set))
            return;
        Tensor x = randn([2, 3, height, width], ScalarType.Float32) * 5, scale = randn([2, 3], ScalarType.Float32), shift = randn([2, 3], ScalarType.Float32);
        Tensor expected = nn.functional.silu(x * scale.view(2, 3, 1, 1) + shift.view(2, 3, 1, 1));
        for (long first = 0; first < height; first += 2)
        {
            long rows = Math.Min(2, height - first);
            Tensor framed = zeros(2, 3, rows + 3, width + 2);
            FusedKernels.ScaledSilu(x, scale, shift, first, framed.narrow(2, 1, rows).narrow(3, 1, width));
            Near(nn.functional.pad(expected.narrow(2, first, rows), [1L, 1L, 1L, 2L]), framed, 1e-6);
        }
    }

    [Theory]
    [InlineData("portable")]
    [InlineData("avx2")]
    [InlineData("avx512")]
    public void Scaled_silu_of_extreme_numbers(string set)
    {
        if (!FusedKernels.Use(set))
            return;
        float[] extremes = [0, -0f, 1e-38f, -1e-20f, 30, -30, 87, -87, 88, -88, 104, -104, 3e38f, -3e38f, float.PositiveInfinity, float.NaN];
        Tensor x = tensor(extremes).view(1, 1, 1, -1), to = zeros(x.shape), one = ones(1, 1), none = zeros(1, 1);
        FusedKernels.ScaledSilu(x, one, none, 0, to);
        Assert.Equal(
            nn.functional.silu(x).data<float>().ToArray(), to.data<float>().ToArray(),
            (a, b) => a.Equals(b) || Math.Abs(a - b) <= 1e-6 * Math.Max(1e-30, Math.Abs(a)) + 1e-35);
    }

    [Fact]
    public void Planes_at_unequal_distances_are_refused()
    {
        Tensor x = zeros(2, 3, 2, 2), affine = zeros(2, 3), half = zeros(2, 6, 2, 2).narrow(1, 0, 3);
        Assert.Throws<ArgumentException>(() => FusedKernels.ScaledSilu(x, affine, affine, 0, half));
        Assert.Throws<ArgumentException>(() => FusedKernels.ScaledSilu(x, affine, affine, 0, zeros(2, 3, 2, 2).transpose(2, 3)));
    }

    private static void Near(Tensor expected, Tensor actual, double tolerance)
    {
        Assert.Equal(expected.shape, actual.shape);
        Assert.InRange(((expected - actual).abs() / expected.abs().clamp(1)).max().ToDouble(), 0, tolerance);
    }
}
