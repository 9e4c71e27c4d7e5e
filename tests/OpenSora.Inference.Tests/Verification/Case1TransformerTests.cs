using OpenSora.Inference.Verification;

namespace OpenSora.Inference.Tests.Verification;

public class Case1TransformerTests
{
    [Fact]
    public void The_transformer_gives_the_originals_numbers()
    {
        GoldenResult[] results = Case1Transformer.Run(Networks.Golden).ToArray();
        Assert.Equal(5, results.Length);
        Assert.All(results, result => Assert.True(result.Ok, result.ToString()));
    }
}
