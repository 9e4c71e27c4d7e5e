using OpenSora.Inference.Transformer;
using OpenSora.Layout.Units;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Transformer;

public class UnitCallsTests
{
    private static readonly UnitPlan s_plan = UnitPlan.For(15, 144, UnitSize.Processor); // four frames of 144 rows a unit
    private static readonly (long, bool, bool) s_shape = (10, false, false);

    [Fact]
    public void Units_go_together_where_the_device_gives_the_bytes_of_single_ones()
    {
        List<Run> computed = [];
        UnitCalls calls = new(s_plan, rowsAtOnce: 2 * 4 * 144);
        Assert.Equal([new Run(0, 8), new Run(8, 4), new Run(12, 3)], Calls(calls, run => Of(run, 0), computed));
        Assert.Equal([new Run(0, 8), new Run(0, 4), new Run(4, 4)], computed);
        Assert.Equal([new Run(0, 8), new Run(8, 4), new Run(12, 3)], Calls(calls, run => throw new InvalidOperationException("asked twice"), []));
    }

    [Fact]
    public void Units_are_single_where_a_call_of_more_gives_other_bytes()
    {
        UnitCalls calls = new(s_plan, rowsAtOnce: 2 * 4 * 144);
        Assert.Equal([new Run(0, 4), new Run(4, 4), new Run(8, 4), new Run(12, 3)], Calls(calls, run => Of(run, run.Count > 4 ? 1e-7f : 0), []));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4 * 144)]
    [InlineData(8 * 144 - 1)]
    public void Without_room_for_two_there_is_nothing_to_ask(long rowsAtOnce)
    {
        Run[] runs = Calls(new UnitCalls(s_plan, rowsAtOnce), run => throw new InvalidOperationException("asked"), []);
        Assert.Equal([new Run(0, 4), new Run(4, 4), new Run(8, 4), new Run(12, 3)], runs);
    }

    [Fact]
    public void Every_shape_is_asked_for_itself()
    {
        UnitCalls calls = new(s_plan, rowsAtOnce: 3 * 4 * 144);
        List<Run> computed = [];
        foreach ((long, bool, bool) shape in new[] { (10L, false, false), (11L, false, false), (10L, true, false), (10L, false, true), s_shape })
            _ = Calls(calls, run => Of(run, 0), computed, shape);
        Assert.Equal(4, computed.Count(run => run.Count == 12));
    }

    private static Run[] Calls(UnitCalls calls, Func<Run, Tensor> compute, List<Run> computed, (long, bool, bool)? shape = null)
    {
        using DisposeScope scope = NewDisposeScope();
        return [.. calls.Of(TokenLayout.Frames, new Run(0, 15), shape ?? s_shape, run =>
        {
            computed.Add(run);
            return compute(run);
        })];
    }

    private static Tensor Of(Run run, float error) => arange(run.First, run.End, ScalarType.Float32).view(-1, 1, 1) + error;
}
