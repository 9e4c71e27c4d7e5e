namespace OpenSora.Torch.Tests.Cards;

/// <summary>The test card against the host, operator by operator: only when this holds does "same as cpu" mean anything elsewhere.</summary>
public class TestCardSelfTests
{
    [Theory]
    [InlineData("operators", "TESTCARD_STRICT_MEMORY=0")]
    [InlineData("operators", "TESTCARD_STRICT_MEMORY=1")]
    [InlineData("rules", "TESTCARD_STRICT_MEMORY=0")]
    [InlineData("rules", "TESTCARD_STRICT_MEMORY=1")]
    [InlineData("memory", "TESTCARD_MEMORY_BYTES=1048576")]
    [InlineData("failure", "TESTCARD_FAIL_AFTER=5")]
    [InlineData("streams", "TESTCARD_STRICT_MEMORY=0")]
    [InlineData("streams", "TESTCARD_STRICT_MEMORY=1")]
    public async Task Holds(string what, string setting)
    {
        TestCardProcess.Outcome outcome = await TestCardProcess.SelfTest(what, setting);
        Assert.True(outcome.ExitCode == 0, outcome.Output);
        Assert.EndsWith(" checks, 0 failed\n", outcome.Output, StringComparison.Ordinal);
    }
}
