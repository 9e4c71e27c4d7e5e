using FsCheck;
using FsCheck.Fluent;
using OpenSora.Contracts;
using OpenSora.Prompts.Texts;

namespace OpenSora.Prompts.Tests.Texts;

public class PromptSegmentsTests
{
    [Fact]
    public void Merging_what_was_split_gives_the_prompt_again() => Prop.ForAll(Prompts().ToArbitrary(), prompt =>
    {
        string merged = PromptSegments.Split(prompt).Merge();
        return merged == prompt && PromptSegments.Split(merged).Merge() == merged;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_loop_shows_the_last_segment_that_has_begun() => Prop.ForAll(Prompts().ToArbitrary(), Gen.Choose(0, 30).ToArbitrary(), (prompt, loop) =>
    {
        PromptSegments segments = PromptSegments.Split(prompt);
        int last = segments.Starts!.ToList().FindLastIndex(start => start <= loop);
        return PromptSegments.OfLoop(prompt, loop) == segments.Texts[last];
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("|0|a|b", "loop number without a text")]
    [InlineData("|0|a|b|c", "'b'")]
    [InlineData("|0|a||c", "''")]
    public void Malformed_marks_are_named(string prompt, string part)
    {
        Assert.Contains(part, Assert.Throws<InputException>(() => PromptSegments.Split(prompt)).Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => PromptSegments.OfLoop(prompt, 0));
    }

    /// <summary>As in the original, a segment covers as many loops as lie between its mark and the next, and none when those fall.</summary>
    [Theory]
    [InlineData("|0|a|3|b|1|c", 2, "a")]
    [InlineData("|0|a|3|b|1|c", 3, "c")]
    [InlineData("|0|a|-2|b", 0, "b")]
    public void Marks_that_fall_are_read_as_the_original_reads_them(string prompt, int loop, string text) => Assert.Equal(text, PromptSegments.OfLoop(prompt, loop));

    /// <summary>Prompts with marks that rise from 0.</summary>
    private static Gen<string> Prompts() =>
        from steps in Gen.Choose(1, 5).NonEmptyListOf()
        from words in Gen.Elements("a cat", "rain", "", "ein Hund").ListOf(steps.Count)
        select string.Concat(steps.SkipLast(1).Aggregate(new List<int> { 0 }, (starts, step) => [.. starts, starts[^1] + step]).Zip(words, (start, text) => $"|{start}|{text}"));
}
