using Orleans.Concurrency;

namespace Orleans.Tests.Turns;

/// <summary>What a grain saw of its own turns.</summary>
[GenerateSerializer]
internal sealed record Turns([property: Id(0)] int Together, [property: Id(1)] int Calls);

internal interface ITurnGrain : IGrainWithStringKey
{
    /// <summary>Gives up the thread a few times, and counts who is inside meanwhile.</summary>
    Task Visit();

    /// <summary>Counts without any lock, and never awaits.</summary>
    Task Count();

    /// <summary>Reaches "KEY.in", waits for "KEY.out".</summary>
    Task Wait();

    [AlwaysInterleave]
    Task WaitInterleaved();

    [ReadOnly]
    Task WaitReading(string name);

    [AlwaysInterleave]
    Task<Turns> Seen();

    Task<bool> StaysOnItsScheduler();
}

internal interface IReentrantTurnGrain : ITurnGrain;

internal class TurnGrain : Grain, ITurnGrain
{
    private int inside;
    private int together;
    private int calls;

    public async Task Visit()
    {
        together = Math.Max(together, ++inside);
        for (int turn = 0; turn < 5; turn++)
        {
            await Task.Yield();
        }
        inside--;
        calls++;
    }

    public Task Count()
    {
        int before = calls;
        Thread.SpinWait(200);
        calls = before + 1;
        return Task.CompletedTask;
    }

    public async Task Wait()
    {
        Board.Reach(this.GetPrimaryKeyString() + ".in");
        await Board.Reached(this.GetPrimaryKeyString() + ".out");
    }

    public Task WaitInterleaved() => Wait();

    public async Task WaitReading(string name)
    {
        Board.Reach(this.GetPrimaryKeyString() + ".reading." + name);
        await Board.Reached(this.GetPrimaryKeyString() + ".out");
    }

    public Task<Turns> Seen() => Task.FromResult(new Turns(together, calls));

    public async Task<bool> StaysOnItsScheduler()
    {
        TaskScheduler before = TaskScheduler.Current;
        await Task.Run(() => Task.Delay(1));
        bool back = ReferenceEquals(before, TaskScheduler.Current);
        bool outside = await Task.Run(() => !ReferenceEquals(before, TaskScheduler.Current));
        return back && outside && before != TaskScheduler.Default;
    }
}

[Reentrant]
internal sealed class ReentrantTurnGrain : TurnGrain, IReentrantTurnGrain;
