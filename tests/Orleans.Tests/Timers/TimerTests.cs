using Orleans.Concurrency;

namespace Orleans.Tests.Timers;

internal interface ITimerGrain : IGrainWithStringKey
{
    Task Start(bool interleave, int failures);

    Task Stop();

    /// <summary>A timer that ticks only once it is told to.</summary>
    Task StartLater();

    Task Change();

    /// <summary>Keeps the grain busy until "KEY.out" is reached.</summary>
    Task Hold();

    [AlwaysInterleave]
    Task<int> Ticks();
}

internal sealed class TimerGrain : Grain, ITimerGrain
{
    private IGrainTimer? timer;
    private CancellationToken last;
    private int failures;
    private int ticks;

    public Task Start(bool interleave, int failures)
    {
        this.failures = failures;
        timer = this.RegisterGrainTimer(Tick, new GrainTimerCreationOptions(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(5))
        {
            Interleave = interleave,
        });
        return Task.CompletedTask;
    }

    public Task Stop()
    {
        timer!.Dispose();
        Board.Reach(this.GetPrimaryKeyString() + (last.IsCancellationRequested ? ".cancelled" : ".goes on"));
        return Task.CompletedTask;
    }

    public Task StartLater()
    {
        timer = this.RegisterGrainTimer(Tick, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }

    public Task Change()
    {
        timer!.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }

    public async Task Hold()
    {
        Board.Reach(this.GetPrimaryKeyString() + ".held");
        int before = ticks;
        await Board.Reached(this.GetPrimaryKeyString() + ".out");
        Board.Reach(this.GetPrimaryKeyString() + (ticks == before ? ".undisturbed" : ".disturbed"));
    }

    public Task<int> Ticks() => Task.FromResult(ticks);

    private Task Tick(CancellationToken cancellation)
    {
        last = cancellation;
        Board.Reach($"{this.GetPrimaryKeyString()}.tick {++ticks}");
        return ticks <= failures ? throw new InvalidOperationException("A tick fails.") : Task.CompletedTask;
    }
}

[Collection(nameof(SharedSilo))]
public sealed class TimerTests(TestSilo silo)
{
    [Fact]
    public async Task A_timer_ticks_until_it_is_disposed_of()
    {
        ITimerGrain grain = silo.New<ITimerGrain>();
        await grain.Start(interleave: false, failures: 0);
        await Board.Reached(grain.GetPrimaryKeyString() + ".tick 3");
        await grain.Stop();
        Assert.True(Board.IsReached(grain.GetPrimaryKeyString() + ".cancelled"));
        int ticks = await grain.Ticks();
        await Task.Delay(50); // ten ticks' time: that none comes can only be waited for
        Assert.Equal(ticks, await grain.Ticks());
    }

    [Fact]
    public async Task A_tick_that_fails_does_not_stop_the_timer()
    {
        ITimerGrain grain = silo.New<ITimerGrain>();
        await grain.Start(interleave: false, failures: 2);
        await Board.Reached(grain.GetPrimaryKeyString() + ".tick 4");
        await grain.Stop();
    }

    [Fact]
    public async Task A_timer_can_be_changed()
    {
        ITimerGrain grain = silo.New<ITimerGrain>();
        await grain.StartLater();
        Assert.Equal(0, await grain.Ticks());
        await grain.Change();
        await Board.Reached(grain.GetPrimaryKeyString() + ".tick 1");
        await grain.Change();
        await Board.Reached(grain.GetPrimaryKeyString() + ".tick 2");
        await grain.Stop();
        Assert.Equal(2, await grain.Ticks());
    }

    [Theory]
    [InlineData(false, ".undisturbed")]
    [InlineData(true, ".disturbed")]
    public async Task A_tick_waits_for_a_call_unless_it_interleaves(bool interleave, string expected)
    {
        ITimerGrain grain = silo.New<ITimerGrain>();
        string key = grain.GetPrimaryKeyString();
        await grain.Start(interleave, failures: 0);
        Task holding = grain.Hold();
        await Board.Reached(key + ".held");
        int before = await grain.Ticks();
        if (interleave)
        {
            await Board.Reached($"{key}.tick {before + 2}");
        }
        else
        {
            await Task.Delay(50); // ten ticks' time: that none comes can only be waited for
        }
        Board.Reach(key + ".out");
        await holding;
        Assert.True(Board.IsReached(key + expected));
        await grain.Stop();
    }
}
