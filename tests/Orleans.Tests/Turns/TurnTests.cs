namespace Orleans.Tests.Turns;

[Collection(nameof(SharedSilo))]
public sealed class TurnTests(TestSilo silo)
{
    private const int Many = 50;

    [Fact]
    public async Task A_grain_finishes_one_call_before_it_starts_the_next()
    {
        ITurnGrain grain = silo.New<ITurnGrain>();
        await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => grain.Visit()));
        Assert.Equal(new Turns(Together: 1, Calls: Many), await grain.Seen());
    }

    [Fact]
    public async Task A_reentrant_grain_starts_the_next_call_while_one_waits()
    {
        IReentrantTurnGrain grain = silo.New<IReentrantTurnGrain>();
        Task waiting = grain.Wait();
        await Board.Reached(grain.GetPrimaryKeyString() + ".in");
        await grain.Visit();
        Assert.False(waiting.IsCompleted);
        Board.Reach(grain.GetPrimaryKeyString() + ".out");
        await waiting;
    }

    [Fact]
    public async Task Turns_of_a_reentrant_grain_never_run_at_once()
    {
        IReentrantTurnGrain grain = silo.New<IReentrantTurnGrain>();
        await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => Task.Run(grain.Count)));
        Assert.Equal(500, (await grain.Seen()).Calls);
    }

    [Fact]
    public async Task A_waiting_call_keeps_others_out_but_not_the_interleaving()
    {
        ITurnGrain grain = silo.New<ITurnGrain>();
        Task waiting = grain.Wait();
        await Board.Reached(grain.GetPrimaryKeyString() + ".in");
        Task queued = grain.Visit();
        Assert.Equal(0, (await grain.Seen()).Calls);
        Assert.Equal(0, (await grain.Seen()).Calls); // the queue is older than both and still waits
        Assert.False(queued.IsCompleted);
        Board.Reach(grain.GetPrimaryKeyString() + ".out");
        await Task.WhenAll(waiting, queued);
        Assert.Equal(1, (await grain.Seen()).Calls);
    }

    [Fact]
    public async Task An_interleaving_call_that_waits_keeps_nobody_out()
    {
        ITurnGrain grain = silo.New<ITurnGrain>();
        Task waiting = grain.WaitInterleaved();
        await Board.Reached(grain.GetPrimaryKeyString() + ".in");
        await grain.Visit();
        Assert.False(waiting.IsCompleted);
        Board.Reach(grain.GetPrimaryKeyString() + ".out");
        await waiting;
    }

    [Fact]
    public async Task Readers_share_a_grain_and_keep_writers_out()
    {
        ITurnGrain grain = silo.New<ITurnGrain>();
        string key = grain.GetPrimaryKeyString();
        Task first = grain.WaitReading("first");
        Task second = grain.WaitReading("second");
        await Board.Reached(key + ".reading.first");
        await Board.Reached(key + ".reading.second");
        Task writer = grain.Visit();
        Assert.Equal(0, (await grain.Seen()).Calls);
        Board.Reach(key + ".out");
        await Task.WhenAll(first, second, writer);
    }

    [Fact]
    public async Task Awaits_come_back_to_the_grain() => Assert.True(await silo.New<ITurnGrain>().StaysOnItsScheduler());

    [Fact]
    public async Task Two_grains_run_at_once()
    {
        ITurnGrain one = silo.New<ITurnGrain>(), other = silo.New<ITurnGrain>();
        Task waiting = one.Wait();
        await Board.Reached(one.GetPrimaryKeyString() + ".in");
        await other.Visit();
        Assert.False(waiting.IsCompleted);
        Board.Reach(one.GetPrimaryKeyString() + ".out");
        await waiting;
    }
}
