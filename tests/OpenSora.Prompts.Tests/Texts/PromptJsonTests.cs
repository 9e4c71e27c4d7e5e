using OpenSora.Contracts;
using OpenSora.Prompts.Cleaning;
using OpenSora.Prompts.Texts;

namespace OpenSora.Prompts.Tests.Texts;

public class PromptJsonTests
{
    [Theory]
    [InlineData("a {\"reference_path\": 5}", "JSON object of strings")]
    [InlineData("a {\"reference_path\": \"x\"} b", "JSON object of strings")]
    [InlineData("a {\"mask_strategy\": {\"b\": 1}}", "more than one '{'")]
    [InlineData("a {\"prompt\": \"b\"}", "sets 'prompt'")]
    [InlineData("a {", "JSON object of strings")]
    public void What_is_wrong_is_named_with_the_prompt(string prompt, string part)
    {
        string message = Assert.Throws<InputException>(() => PromptJson.Read(prompt, "", "")).Message;
        Assert.Contains(part, message, StringComparison.Ordinal);
        Assert.Contains(prompt, message, StringComparison.Ordinal);
        Assert.Contains("&#123;", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Braces_can_be_kept()
    {
        PromptJson read = PromptJson.Read("a &#123;red&#125; cat", "", "");
        Assert.Equal("a red cat", CaptionCleaner.Preprocess(read.Text));
    }

    [Fact]
    public void What_the_json_leaves_out_stays_as_it_was() =>
        Assert.Equal(new PromptJson("a cat ", "r.png", "0"), PromptJson.Read("a cat {\"mask_strategy\": \"0\"}", "r.png", "1"));
}
