namespace Orleans.Tests.Calls;

[Collection(nameof(SharedSilo))]
public sealed class CallTests(TestSilo silo)
{
    [Fact]
    public async Task Every_kind_of_task_returns()
    {
        ICallGrain grain = silo.New<ICallGrain>();
        Assert.Equal(4, await grain.Twice(2));
        Assert.Equal(4, await grain.TwiceAsValue(2));
        await grain.Nothing();
        Assert.Equal(1, await grain.Runs());
    }

    [Fact]
    public async Task Grains_call_grains() => Assert.Equal("3 2 1 0", await silo.New<ICallGrain>().Deep(3));

    [Theory]
    [InlineData(0L)]
    [InlineData(-17L)]
    [InlineData(long.MaxValue)]
    public async Task Numbers_are_keys_too(long number)
    {
        INumberedGrain grain = silo.Grains.GetGrain<INumberedGrain>(number);
        Assert.Equal(number, await grain.Number());
        Assert.Equal(number, grain.GetPrimaryKeyLong());
    }

    [Fact]
    public async Task A_reference_can_be_had_from_an_id_and_by_a_type()
    {
        ICallGrain grain = silo.New<ICallGrain>();
        await grain.Nothing();
        Assert.Equal(1, await silo.Grains.GetGrain<ICallGrain>(GrainId.Parse(grain.GetGrainId().ToString())).Runs());
        Assert.Equal(1, await ((ICallGrain)silo.Grains.GetGrain(typeof(ICallGrain), grain.GetPrimaryKeyString())).Runs());
    }

    [Fact]
    public async Task Kinds_are_named_by_their_classes_or_by_themselves()
    {
        Guid key = Guid.NewGuid();
        INamedGrain named = silo.Grains.GetGrain<INamedGrain>(key);
        Assert.Equal($"kind-of-my-own/{key:N}", await named.Id());
        Assert.Equal(key, named.GetPrimaryKey());
        Assert.Equal("numbered/FF", silo.Grains.GetGrain<INumberedGrain>(255).GetGrainId().ToString());
    }

    [Fact]
    public async Task An_interface_without_a_class_is_refused()
    {
        ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(() => silo.New<INobodysGrain>().Nothing());
        Assert.Contains(nameof(INobodysGrain), error.Message);
    }

    [Fact]
    public async Task An_exception_of_the_grain_is_the_callers()
    {
        ICallGrain grain = silo.New<ICallGrain>();
        Assert.Equal("Tray 2 is empty.", (await Assert.ThrowsAsync<OutOfPaperException>(grain.Throw)).Message);
        Assert.Equal("Tray 2 is empty.", (await Assert.ThrowsAsync<OutOfPaperException>(grain.ThrowAtOnce)).Message);
        Assert.Equal(4, await grain.Twice(2));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_one_way_call_runs_and_nobody_hears_how_it_went(bool fail)
    {
        ICallGrain grain = silo.New<ICallGrain>();
        await grain.Drop(fail);
        await Board.Reached(grain.GetPrimaryKeyString() + ".dropped");
    }

    [Fact]
    public async Task A_late_answer_is_a_timeout_and_the_call_goes_on()
    {
        ICallGrain grain = silo.New<ICallGrain>();
        await Assert.ThrowsAsync<TimeoutException>(grain.Late);
        Assert.Equal(1, await grain.Runs());
        Board.Reach(grain.GetPrimaryKeyString() + ".out");
        await Board.Reached(grain.GetPrimaryKeyString() + ".done all the same");
    }

    [Fact]
    public async Task A_call_that_times_out_in_the_queue_never_runs()
    {
        ICallGrain grain = silo.New<ICallGrain>();
        Task first = grain.Late(), second = grain.Late();
        await Assert.ThrowsAsync<TimeoutException>(() => first);
        await Assert.ThrowsAsync<TimeoutException>(() => second);
        Board.Reach(grain.GetPrimaryKeyString() + ".out");
        Assert.Equal(4, await grain.Twice(2));
        Assert.Equal(1, await grain.Runs());
    }

    [Fact]
    public async Task A_circle_of_calls_waits_for_itself_and_times_out()
    {
        await Assert.ThrowsAsync<TimeoutException>(() => silo.New<ICallGrain>().CallInACircle(silo.New<ICallGrain>()));
    }
}

[Collection(nameof(SharedSilo))]
public sealed class CancellationTests(TestSilo silo)
{
    [Fact]
    public async Task A_token_reaches_the_grain()
    {
        ICallGrain grain = silo.New<ICallGrain>();
        using CancellationTokenSource source = new();
        Task waiting = grain.WaitFor(source.Token);
        await Board.Reached(grain.GetPrimaryKeyString() + ".waiting");
        Assert.False(waiting.IsCompleted);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await Board.Reached(grain.GetPrimaryKeyString() + ".cancelled");
    }

    [Fact]
    public async Task A_call_that_is_cancelled_before_it_starts_never_runs()
    {
        ICallGrain grain = silo.New<ICallGrain>();
        using CancellationTokenSource source = new();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => grain.WaitFor(source.Token));
        Assert.Equal(4, await grain.Twice(2));
        Assert.False(Board.IsReached(grain.GetPrimaryKeyString() + ".waiting"));
    }

    [Fact]
    public async Task A_queued_call_can_be_cancelled()
    {
        ICallGrain grain = silo.New<ICallGrain>();
        using CancellationTokenSource source = new(), other = new();
        Task running = grain.WaitFor(source.Token);
        await Board.Reached(grain.GetPrimaryKeyString() + ".waiting");
        Task queued = grain.WaitFor(other.Token);
        await other.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queued);
        Assert.False(running.IsCompleted);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }
}
