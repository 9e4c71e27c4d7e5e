using Orleans.Concurrency;
using Polly;
using Polly.Retry;

namespace OpenSora.Cluster.Tests.Grains;

/// <summary>A grain that works as that of a video does: its calls interleave, and other threads hand it work.</summary>
[Alias("test.interleaved")]
internal interface IInterleavedGrain : IGrainWithStringKey
{
    [Alias("count")]
    Task Count();

    /// <summary>Counts between waits for other threads, and within attempts of a retry.</summary>
    /// <returns>Whether each was a turn of this grain.</returns>
    [Alias("work")]
    Task<bool> Work(int tasks, int times);

    [Alias("counted")]
    Task<int> Counted();

    [Alias("hold")]
    Task Hold();

    [Alias("let-go")]
    Task LetGo();

    /// <summary>Fails, after it counted.</summary>
    [Alias("fail"), OneWay]
    Task Fail();
}

[Reentrant]
internal sealed class InterleavedGrain : Grain, IInterleavedGrain
{
    private readonly TaskCompletionSource _free = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;

    /// <summary>Two turns at once would lose one.</summary>
    public async Task Count()
    {
        int before = _count;
        Thread.SpinWait(200);
        _count = before + 1;
        await Task.Yield();
    }

    public async Task<bool> Work(int tasks, int times)
    {
        TaskScheduler turns = TaskScheduler.Current;
        bool isOwn = turns != TaskScheduler.Default;
        await Task.WhenAll(Enumerable.Range(0, tasks).Select(_ => One()));
        return isOwn;

        async Task One()
        {
            ResiliencePipeline retry = new ResiliencePipelineBuilder().AddRetry(new RetryStrategyOptions { MaxRetryAttempts = times, Delay = TimeSpan.FromMilliseconds(1) }).Build();
            ResilienceContext context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: true, CancellationToken.None);
            int attempts = 0;
            await retry.ExecuteAsync(async _ =>
            {
                await Task.Run(() => Thread.SpinWait(200));
                await Count();
                isOwn &= ReferenceEquals(TaskScheduler.Current, turns);
                if (++attempts < times)
                    throw new InvalidOperationException("once more");
            }, context);
            isOwn &= ReferenceEquals(TaskScheduler.Current, turns);
            ResilienceContextPool.Shared.Return(context);
        }
    }

    public Task<int> Counted() => Task.FromResult(_count);

    public Task Hold() => _free.Task;

    public Task LetGo()
    {
        _free.SetResult();
        return Task.CompletedTask;
    }

    public async Task Fail()
    {
        await Count();
        throw new InvalidOperationException("nobody hears this");
    }
}

/// <summary>A grain that works as the queue does: one call or tick after the other.</summary>
[Alias("test.orderly")]
internal interface IOrderlyGrain : IGrainWithStringKey
{
    /// <summary>Ticks from now on, and fails at the first tick.</summary>
    [Alias("begin")]
    Task Begin();

    [Alias("visit")]
    Task Visit();

    [Alias("ticks"), AlwaysInterleave]
    Task<int> Ticks();

    /// <summary>The most calls and ticks that were at work at a time.</summary>
    [Alias("together")]
    Task<int> Together();
}

internal sealed class OrderlyGrain : Grain, IOrderlyGrain
{
    private int _inside, _together, _ticks;

    public Task Begin()
    {
        TimeSpan often = TimeSpan.FromMilliseconds(5);
        this.RegisterGrainTimer(Tick, new GrainTimerCreationOptions { DueTime = often, Period = often, KeepAlive = true });
        return Task.CompletedTask;
    }

    public async Task Visit()
    {
        _together = Math.Max(_together, ++_inside);
        for (int turn = 0; turn < 5; turn++)
            await Task.Yield();
        _inside--;
    }

    public Task<int> Ticks() => Task.FromResult(_ticks);

    public Task<int> Together() => Task.FromResult(_together);

    private async Task Tick(CancellationToken cancel)
    {
        await Visit();
        if (++_ticks == 1)
            throw new InvalidOperationException("the store is away");
    }
}
