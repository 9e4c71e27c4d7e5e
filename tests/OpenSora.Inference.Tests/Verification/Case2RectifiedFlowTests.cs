using OpenSora.Inference.Verification;

namespace OpenSora.Inference.Tests.Verification;

public class Case2RectifiedFlowTests
{
    [Fact]
    public void The_sampler_gives_the_originals_numbers()
    {
        GoldenResult[] results = Case2RectifiedFlow.Run(Networks.Golden).ToArray();
        Assert.Equal(5, results.Length);
        Assert.All(results, result => Assert.True(result.Ok, result.ToString()));
    }
}
