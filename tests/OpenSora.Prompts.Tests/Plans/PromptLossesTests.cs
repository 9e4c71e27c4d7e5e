using OpenSora.Contracts;
using OpenSora.Contracts.Generation;
using OpenSora.Prompts.Plans;
using OpenSora.Prompts.Tokenizing;
using OpenSora.TestKit;

namespace OpenSora.Prompts.Tests.Plans;

public class PromptLossesTests
{
    private static readonly T5Tokenizer Tokenizer = T5Tokenizer.Load(Path.Combine(Repository.Golden, "checkpoints", "t5"));

    [Theory]
    [InlineData("a red circle moving right on a black background")]
    [InlineData("a%20red+circle")]
    [InlineData("a cat, 4k!")]
    [InlineData("|0|a red circle|1|a blue square")]
    public void What_is_mostly_left_is_not_told(string prompt) => Assert.Empty(Told(prompt));

    [Theory]
    [InlineData("", "is empty")]
    [InlineData(" \u3000\t", "is empty")]
    [InlineData("{\"mask_strategy\": \"0\"}", "is empty")]
    [InlineData("|0|a cat|1| ", "is empty")]
    [InlineData("一只红色的猫", "'一只红色的猫'")]
    [InlineData("🎉🎉", "'🎉🎉'")]
    [InlineData("<b></b><!-- a cat -->", "<!-- a cat -->")]
    [InlineData("https://example.com", "https://example.com")]
    [InlineData("|0|a cat|1|猫", "'猫'")]
    public void A_prompt_of_which_nothing_is_left_is_refused(string prompt, string part)
    {
        string message = Assert.Throws<InputException>(() => Told(prompt)).Message;
        Assert.Contains(part, message, StringComparison.Ordinal);
        Assert.Contains("--allow-empty-prompt", message, StringComparison.Ordinal);
        Assert.Contains("sees nothing", Assert.Single(Told(prompt, new GenerationRequest { AllowEmptyPrompt = true })), StringComparison.Ordinal);
    }

    /// <summary>Its 200th UTF-16 unit is the first of two of one character.</summary>
    [Fact]
    public void A_long_prompt_is_shown_in_whole_characters() => Assert.Contains(
        $"'{new string('猫', 199)}…'", Assert.Throws<InputException>(() => Told(new string('猫', 199) + "😀😀")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_refusal_is_about_the_prompt() => Assert.Equal("prompt", Assert.Throws<InputException>(() => Told("")).Field);

    [Theory]
    [InlineData("一只红色的猫 cat", "'cat'")]
    [InlineData("🎉🎉🎉🎉🎉🎉 a cat", "'a cat'")]
    [InlineData("<p class=\"caption\">a cat</p>", "'a cat'")]
    public void A_prompt_of_which_little_is_left_is_told_with_that(string prompt, string left) =>
        Assert.Contains($"sees only {left} of the prompt", Assert.Single(Told(prompt)), StringComparison.Ordinal);

    [Fact]
    public void What_is_cut_off_is_told_with_the_last_words_that_are_kept()
    {
        GenerationRequest request = new() { ModelMaxLength = 12, Aes = null };
        string text = string.Join(' ', Enumerable.Repeat("a red circle on the left", 8));
        string told = Assert.Single(Told(text, request));
        int tokens = Tokenizer.Encode(text).Length;
        Assert.Contains($"has {tokens} tokens and --model-max-length is 12: the last {tokens - 12} are cut off", told, StringComparison.Ordinal);
        string last = told[(told.IndexOf("after '", StringComparison.Ordinal) + 7)..^1];
        Assert.Equal(5, last.Split(' ').Length);
        Assert.Contains(last, text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_prompt_that_just_fits_is_not_told()
    {
        const string text = "a red circle";
        int tokens = Tokenizer.Encode(text).Length;
        Assert.Empty(Told(text, new GenerationRequest { ModelMaxLength = tokens, Aes = null }));
        Assert.Single(Told(text, new GenerationRequest { ModelMaxLength = tokens - 1, Aes = null }));
    }

    [Fact]
    public void Each_prompt_is_looked_at_under_its_number()
    {
        GenerationRequest request = new() { Prompts = ["a cat", "猫猫猫猫 dog", "a cat"], StartIndex = 5 };
        Assert.StartsWith("the text encoder sees only 'dog' of prompt 6,", Assert.Single(Look(request)), StringComparison.Ordinal);
    }

    private static List<string> Told(string prompt, GenerationRequest? request = null) => Look((request ?? new GenerationRequest()) with { Prompts = [prompt], Loop = prompt.StartsWith('|') ? 2 : 1 });

    private static List<string> Look(GenerationRequest request)
    {
        List<string> told = [];
        new GenerationPlan(request, Losses: new PromptLosses(request, Tokenizer, told.Add)).Look();
        return told;
    }
}
