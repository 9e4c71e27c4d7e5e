using OpenSora.Contracts.Clips;

namespace OpenSora.Contracts.Tests.Clips;

public sealed class RgbColourTests
{
    [Theory]
    [InlineData("black", 0, 0, 0)]
    [InlineData("white", 255, 255, 255)]
    [InlineData("#0A80ff", 10, 128, 255)]
    public void ColoursAreWordsOrHexadecimal(string text, byte red, byte green, byte blue) => Assert.Equal(new RgbColour(red, green, blue), RgbColour.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("#")]
    [InlineData("#fff")]
    [InlineData("#-12345")]
    [InlineData("0A80ff")]
    [InlineData("purple")]
    public void OthersAreRefusedInWords(string text) => Assert.Contains("#RRGGBB", Assert.Throws<InputException>(() => RgbColour.Parse(text)).Message, StringComparison.Ordinal);
}
