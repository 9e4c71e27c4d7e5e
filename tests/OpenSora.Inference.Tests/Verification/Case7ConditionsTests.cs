using OpenSora.Inference.Verification;

namespace OpenSora.Inference.Tests.Verification;

public class Case7ConditionsTests
{
    [Fact]
    public void Every_function_around_a_generation_gives_what_the_original_gives()
    {
        GoldenResult[] results = [.. Case7Conditions.Run(Networks.Golden)];
        Assert.Equal(14, results.Length);
        Assert.All(results, result => Assert.True(result.Ok, result.ToString()));
        Assert.Equal(0, results.Where(result => !result.Name.Contains("resize_crop", StringComparison.Ordinal)).Max(result => result.MaxError));
        // Images are Pillow's to the last level; pixels are off by float32's rounding at most.
        Assert.InRange(results.Single(result => result.Name.Contains("resize_crop", StringComparison.Ordinal)).MaxError, 0, 1e-6);
    }
}
