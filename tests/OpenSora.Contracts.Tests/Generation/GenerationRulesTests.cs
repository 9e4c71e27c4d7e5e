using OpenSora.Contracts.Generation;

namespace OpenSora.Contracts.Tests.Generation;

public class GenerationRulesTests
{
    [Theory]
    [InlineData("../../x")]
    [InlineData("/tmp/x")]
    [InlineData("below/../../x")]
    [InlineData("../videos-of-others/x")]
    [InlineData("../videos")]
    [InlineData("x\0y")]
    public void ANameThatLeadsOutOfItsFolderIsRefused(string name) =>
        Assert.Contains("--sample-name", Assert.Throws<InputException>(() => GenerationRules.CheckName("out/videos", name)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("below/x")]
    [InlineData("below/")]
    [InlineData("below/../x")]
    [InlineData("..")] // the number follows: .._0000
    public void ANameBelowItsFolderIsTaken(string? name)
    {
        GenerationRules.CheckName("out/videos", name);
        GenerationRules.CheckName("/", name);
    }

    [Theory]
    [InlineData("sometimes", false, "'sometimes'")]
    [InlineData("never", true, "--prompt-generator has no end")]
    [InlineData("number", true, "--prompt-generator has no end")]
    public void NamesThatCannotBeLookedAtAreRefused(string overwrite, bool isEndless, string words)
    {
        GenerationRequest request = new() { Overwrite = overwrite, Prompts = isEndless ? [] : ["a"], PromptGenerator = isEndless ? "a" : null };
        Assert.Contains(words, Assert.Throws<InputException>(() => GenerationRules.Check(request)).Message, StringComparison.Ordinal);
    }
}
