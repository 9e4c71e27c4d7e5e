using OpenSora.Inference.Verification;

namespace OpenSora.Inference.Tests.Verification;

public class Case4TextEncoderTests
{
    [Fact]
    public void The_text_encoder_gives_the_originals_numbers()
    {
        GoldenResult[] results = Case4TextEncoder.Run(Networks.Golden).ToArray();
        Assert.Equal(4, results.Length);
        Assert.All(results, result => Assert.True(result.Ok, result.ToString()));
    }
}
