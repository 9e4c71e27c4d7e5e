using OpenSora.Planning.Simulation;

namespace OpenSora.Planning.Tests.Simulation;

public class EventClockTests
{
    [Fact]
    public void Things_happen_by_time_and_then_in_the_order_said()
    {
        EventClock clock = new();
        List<string> happened = [];
        clock.At(2, () => happened.Add("c"));
        clock.At(1, () =>
        {
            happened.Add("a");
            clock.After(1, () => happened.Add("d"));
            clock.At(1, () => happened.Add("b"));
        });
        clock.Run();
        Assert.Equal(["a", "b", "c", "d"], happened);
        Assert.Equal(2, clock.Now);
        Assert.Equal(4, clock.Count);
    }

    [Fact]
    public void The_past_is_refused()
    {
        EventClock clock = new();
        clock.At(1, () => Assert.Throws<ArgumentOutOfRangeException>(() => clock.At(0.5, () => { })));
        clock.Run();
        Assert.Throws<ArgumentOutOfRangeException>(() => clock.At(double.NaN, () => { }));
    }

    [Fact]
    public void Messages_share_a_way_and_two_ways_are_used_at_once()
    {
        EventClock clock = new();
        CardNetwork network = new(clock, Clip.H100 with { LinkBytesPerSecond = 100, LinkLatencySeconds = 0 }, 3, linkShare: 1);
        List<double> times = [];
        network.Send(0, 1, 100, times.Add); // 0 → 1 s
        network.Send(0, 2, 100, times.Add); // behind it on the way out of 0
        network.Send(2, 1, 100, times.Add); // behind it on the way into 1
        clock.Run();
        Assert.Equal([1, 2, 2], times.Order());
        Assert.Equal(300, network.BytesSent);
    }
}
