using System.Diagnostics;
using Orleans.Concurrency;

namespace Orleans.Tests.Calls;

internal sealed class OutOfPaperException(string tray) : Exception($"Tray {tray} is empty.");

internal interface ICallGrain : IGrainWithStringKey
{
    [OneWay]
    Task Drop(bool fail);

    Task<int> Twice(int number);

    ValueTask<int> TwiceAsValue(int number);

    ValueTask Nothing();

    Task Throw();

    Task ThrowAtOnce();

    /// <summary>Waits for the cancellation; reaches "KEY.waiting", then "KEY.cancelled".</summary>
    Task WaitFor(CancellationToken cancellation);

    [ResponseTimeout("00:00:00.300")]
    Task Late();

    /// <summary>Calls <paramref name="other"/>, which calls back here.</summary>
    Task CallInACircle(ICallGrain other);

    [ResponseTimeout("00:00:00.500")]
    Task CallBack(ICallGrain caller);

    Task<string> Deep(int depth);

    /// <summary>The trace and the span that the call is part of.</summary>
    Task<(string Trace, string Span)> Trace();

    [AlwaysInterleave]
    Task<int> Runs();
}

internal interface INumberedGrain : IGrainWithIntegerKey
{
    Task<long> Number();
}

internal sealed class NumberedGrain : Grain, INumberedGrain
{
    public Task<long> Number() => Task.FromResult(this.GetPrimaryKeyLong());
}

internal interface INobodysGrain : IGrainWithStringKey
{
    Task Nothing();
}

internal interface INamedGrain : IGrainWithGuidKey
{
    Task<string> Id();
}

[GrainType("kind-of-my-own")]
internal sealed class OddlyCalledGrain : Grain, INamedGrain
{
    public Task<string> Id() => Task.FromResult(this.GetGrainId().ToString());
}

internal sealed class CallGrain : Grain, ICallGrain
{
    private int runs;

    public Task Drop(bool fail)
    {
        Board.Reach(this.GetPrimaryKeyString() + ".dropped");
        return fail ? throw new OutOfPaperException("1") : Task.CompletedTask;
    }

    public Task<int> Twice(int number) => Task.FromResult(2 * number);

    public ValueTask<int> TwiceAsValue(int number) => ValueTask.FromResult(2 * number);

    public async ValueTask Nothing()
    {
        await Task.Yield();
        runs++;
    }

    public async Task Throw()
    {
        await Task.Yield();
        throw new OutOfPaperException("2");
    }

    public Task ThrowAtOnce() => throw new OutOfPaperException("2");

    public async Task WaitFor(CancellationToken cancellation)
    {
        Board.Reach(this.GetPrimaryKeyString() + ".waiting");
        try
        {
            await Task.Delay(Timeout.Infinite, cancellation);
        }
        catch (OperationCanceledException)
        {
            Board.Reach(this.GetPrimaryKeyString() + ".cancelled");
            throw;
        }
    }

    public async Task Late()
    {
        runs++;
        await Board.Reached(this.GetPrimaryKeyString() + ".out");
        Board.Reach(this.GetPrimaryKeyString() + ".done all the same");
    }

    public async Task CallInACircle(ICallGrain other) => await other.CallBack(this.AsReference<ICallGrain>());

    public async Task CallBack(ICallGrain caller) => await caller.Nothing();

    public async Task<string> Deep(int depth) =>
        depth == 0 ? "0" : $"{depth} {await GrainFactory.GetGrain<ICallGrain>(this.GetPrimaryKeyString() + depth).Deep(depth - 1)}";

    public Task<(string Trace, string Span)> Trace() =>
        Task.FromResult((Activity.Current?.TraceId.ToHexString() ?? "", Activity.Current?.SpanId.ToHexString() ?? ""));

    public Task<int> Runs() => Task.FromResult(runs);
}
