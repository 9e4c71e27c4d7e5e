using FsCheck;
using FsCheck.Fluent;
using OpenSora.Contracts;
using OpenSora.Prompts.Masks;

namespace OpenSora.Prompts.Tests.Masks;

public class MaskStrategyTests
{
    [Theory]
    [InlineData("a", "'a'")]
    [InlineData("0,,0", "the reference ''")]
    [InlineData("0,0,0,0,1,0,9", "has 7 fields")]
    [InlineData("0;", "the loop ''")]
    [InlineData("0,0,0,0,1,1.5", "from 0 to 1")]
    [InlineData("0,0,0,0,1,nan", "from 0 to 1")]
    [InlineData("99999999999", "a whole number")]
    public void A_malformed_strategy_is_named_with_its_field(string strategy, string part) =>
        Assert.Contains(part, Assert.Throws<InputException>(() => MaskGroup.Parse(strategy)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(null, "2,0,-5,0,5,0.0")]
    [InlineData("", "2,0,-5,0,5,0.0")]
    [InlineData("0;0,1,0,-1,1", "0;0,1,0,-1,1;2,0,-5,0,5,0.0")]
    public void The_next_loop_starts_from_the_end_of_the_last_reference(string? strategy, string expected)
    {
        string next = MaskStrategy.Continue(strategy, 2, 0, 5, 0);
        Assert.Equal(expected, next);
        Assert.Equal(new MaskGroup(2, 0, -5, 0, 5, 0), MaskGroup.Parse(next)[^1]);
    }

    [Fact]
    public void An_edit_ratio_comes_back_from_the_text() => Prop.ForAll(Gen.Choose(0, 1000).ToArbitrary(), thousandths =>
        MaskGroup.Parse(MaskStrategy.Continue("", 1, 0, 5, thousandths / 1000.0))[0].EditRatio == thousandths / 1000.0).QuickCheckThrowOnFailure();
}
