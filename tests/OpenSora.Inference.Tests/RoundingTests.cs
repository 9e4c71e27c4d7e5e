using static TorchSharp.torch;

namespace OpenSora.Inference.Tests;

public class RoundingTests
{
    [Theory]
    [InlineData(992.931, 992)]
    [InlineData(854, 856)]                          // a tie: to the even neighbour
    [InlineData(858, 856)]                          // a tie: to the even neighbour
    [InlineData(-1.00390625, -1)]                   // a tie, below zero
    [InlineData(24, 24)]
    public void Bfloat16_is_the_nearest_number_ties_to_even(double value, float expected) =>
        Assert.Equal(expected, Rounding.To(ScalarType.BFloat16, value));

    [Theory]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.Float32)]
    public void It_rounds_as_torch_does(ScalarType type)
    {
        using Tensor values = Networks.Noise(5, 500) * 700;
        using Tensor rounded = values.to(type).to(ScalarType.Float32);
        Assert.Equal(rounded.data<float>().ToArray(), values.data<float>().ToArray().Select(value => Rounding.To(type, value)));
    }

    [Fact]
    public void What_is_not_finite_stays_so()
    {
        Assert.Equal(float.PositiveInfinity, Rounding.To(ScalarType.BFloat16, float.PositiveInfinity));
        Assert.True(float.IsNaN(Rounding.To(ScalarType.BFloat16, float.NaN)));
    }
}
