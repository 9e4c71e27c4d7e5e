using OpenSora.Contracts.Diagnosis;

namespace OpenSora.Contracts.Tests.Diagnosis;

/// <summary>Messages of failures as findings.</summary>
public sealed class FindingTests
{
    [Theory]
    [InlineData("no card: it is off. Remedy: switch it on; then wait", "no card: it is off", "switch it on; then wait")]
    [InlineData("a was not found; install it, e.g. apt-get install a", "a was not found", "install it, e.g. apt-get install a")]
    [InlineData("b; c; give d", "b; c", "give d")]
    [InlineData("e failed", "e failed", "ask")]
    [InlineData("f failed\n   at Somewhere; here", "f failed", "ask")]
    public void TheRemedyIsWhatTheMessageSaysLast(string message, string told, string remedy) =>
        Assert.Equal(new Finding("x", Health.Broken, told, remedy), Finding.Failed("x", message, "ask"));

    [Fact]
    public void WhatGoesWrongIsAFinding()
    {
        Assert.Equal(Health.Ok, Finding.Of("x", () => Finding.Ok("x", "fine"), "ask").Health);
        Assert.Equal(new Finding("x", Health.Broken, "no", "ask"), Finding.Of("x", () => throw new InvalidOperationException("no"), "ask"));
        Assert.Throws<OperationCanceledException>(() => Finding.Of("x", () => throw new OperationCanceledException(), "ask"));
    }

    [Theory]
    [InlineData(0, "0 bytes")]
    [InlineData(1023, "1023 bytes")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(25_232_932_864, "23.5 GiB")]
    [InlineData(long.MaxValue, "8388608 TiB")]
    public void AmountsAreInTheUnitThatFits(long count, string words) => Assert.Equal(words, Bytes.Words(count));
}
