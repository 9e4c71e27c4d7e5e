using OpenSora.Inference.Verification;
using OpenSora.TestKit;
using OpenSora.Video.Reading;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Verification;

public class Case7ConditionsTests
{
    [Fact]
    public void Every_function_around_a_generation_gives_what_the_original_gives()
    {
        GoldenContext context = new(Repository.Golden, CPU, Precision.Float32, path => FrameReader.ReadImage(path));
        GoldenResult[] results = [.. Case7Conditions.Run(context)];
        Assert.Equal(14, results.Length);
        Assert.All(results, result => Assert.True(result.Ok, result.ToString()));
        Assert.Equal(0, results.Where(result => !result.Name.Contains("resize_crop", StringComparison.Ordinal)).Max(result => result.MaxError));
        // Images are Pillow's to the last level; pixels are off by float32's rounding at most.
        Assert.InRange(results.Single(result => result.Name.Contains("resize_crop", StringComparison.Ordinal)).MaxError, 0, 1e-6);
    }
}
