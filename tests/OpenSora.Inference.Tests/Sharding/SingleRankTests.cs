using OpenSora.Inference.Sharding;
using OpenSora.Layout.Units;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Sharding;

public class SingleRankTests
{
    private const long Channels = 3;

    /// <summary>Sizes with and without a shorter last unit, down to a single token.</summary>
    [Theory]
    [InlineData(5, 100)]
    [InlineData(6, 128)]
    [InlineData(15, 7)]
    [InlineData(1, 9)]
    [InlineData(300, 1)]
    [InlineData(1, 1)]
    public void There_and_back_is_the_identity(long frames, long positions)
    {
        using DisposeScope scope = NewDisposeScope();
        UnitPlan plan = UnitPlan.For(frames, positions, UnitSize.Processor);
        Tokens tokens = new(Networks.Noise(3, frames, positions, Channels), TokenLayout.Frames, 0);

        Tokens there = Switch(plan, tokens);
        Assert.Equal(TokenLayout.Positions, there.Layout);
        Assert.Equal(0, Networks.LargestDifference(tokens.Values.transpose(0, 1), there.Values));

        Tokens back = Switch(plan, there);
        Assert.Equal(TokenLayout.Frames, back.Layout);
        Assert.Equal(0, Networks.LargestDifference(tokens.Values, back.Values));
    }

    [Fact]
    public void A_unit_out_of_order_is_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        UnitPlan plan = UnitPlan.For(4, 200, UnitSize.Processor);
        Tokens tokens = new(Networks.Noise(3, 4, 200, Channels), TokenLayout.Frames, 0);
        using ITokenSwitch exchange = Begin(plan, TokenLayout.Frames);
        Assert.Throws<InvalidOperationException>(() => exchange.Add(tokens.Slice(new Run(2, 2))));
        Assert.Throws<InvalidOperationException>(() => exchange.Add(tokens.Slice(new Run(0, 2)) with { Layout = TokenLayout.Positions }));
    }

    [Fact]
    public void A_missing_unit_is_noticed()
    {
        using DisposeScope scope = NewDisposeScope();
        UnitPlan plan = UnitPlan.For(4, 200, UnitSize.Processor);
        Tokens tokens = new(Networks.Noise(3, 4, 200, Channels), TokenLayout.Frames, 0);
        using ITokenSwitch exchange = Begin(plan, TokenLayout.Frames);
        exchange.Add(tokens.Slice(new Run(0, 2)));
        Assert.Throws<InvalidOperationException>(exchange.Finish);
    }

    [Fact]
    public void One_rank_holds_everything()
    {
        UnitPlan plan = UnitPlan.For(4, 200, UnitSize.Processor);
        Assert.Equal(new Run(0, 4), SingleRank.Instance.Held(plan, TokenLayout.Frames));
        Assert.Equal(new Run(0, 200), SingleRank.Instance.Held(plan, TokenLayout.Positions));
    }

    private static Tokens Switch(UnitPlan plan, Tokens tokens)
    {
        using ITokenSwitch exchange = Begin(plan, tokens.Layout);
        foreach (Run unit in plan.Units(tokens.Layout))
            exchange.Add(tokens.Slice(unit));
        return exchange.Finish();
    }

    private static ITokenSwitch Begin(UnitPlan plan, TokenLayout from) =>
        SingleRank.Instance.Begin(plan, from, Channels, ScalarType.Float32, CPU);
}
