using OpenSora.Inference.Verification;

namespace OpenSora.Inference.Tests.Verification;

public class Case3VaeTests
{
    [Fact]
    public void The_autoencoders_give_the_originals_numbers()
    {
        GoldenResult[] results = Case3Vae.Run(Networks.Golden).ToArray();
        Assert.Equal(12, results.Length);
        Assert.All(results, result => Assert.True(result.Ok, result.ToString()));
    }
}
