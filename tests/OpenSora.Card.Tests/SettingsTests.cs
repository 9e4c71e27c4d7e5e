using System.Diagnostics;
using OpenSora.Card.Tests.Serving;
using OpenSora.TestKit;

namespace OpenSora.Card.Tests;

/// <summary>What users set in the environment of a card.</summary>
public sealed class SettingsTests
{
    [Fact]
    public void EachIsDocumented() => Assert.Empty(SettingsPage.Missing<CardSettings>());

    [Fact]
    public async Task FaultsThatAreNotUnderstoodAreRefused()
    {
        using Process card = RunningCard.Launch(["card-0", "--join", "127.0.0.1:1"], faults: "explode@step=1");
        string said = await card.StandardError.ReadToEndAsync();
        await card.WaitForExitAsync();
        Assert.Equal(2, card.ExitCode);
        Assert.Contains("OPENSORA_FAULTS=explode@step=1", said, StringComparison.Ordinal);
    }
}
