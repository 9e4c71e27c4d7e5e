using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;
using Orleans.Configuration;

namespace Orleans.Tests.Lifecycle;

internal interface ILifeGrain : IGrainWithStringKey
{
    Task<Guid> Activation();

    Task Leave();

    /// <summary>Asks to be deactivated and goes on until "KEY.out".</summary>
    Task LeaveSlowly();

    [AlwaysInterleave]
    Task Nudge();
}

internal interface IKeptGrain : ILifeGrain;

internal interface IStillbornGrain : ILifeGrain;

internal class LifeGrain : Grain, ILifeGrain
{
    private readonly Guid activation = Guid.NewGuid();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Board.Reach(this.GetPrimaryKeyString() + ".activated");
        return base.OnActivateAsync(cancellationToken);
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Board.Reach($"{this.GetPrimaryKeyString()}.{reason.ReasonCode}");
        return base.OnDeactivateAsync(reason, cancellationToken);
    }

    public Task<Guid> Activation() => Task.FromResult(activation);

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public async Task LeaveSlowly()
    {
        DeactivateOnIdle();
        Board.Reach(this.GetPrimaryKeyString() + ".leaving");
        await Board.Reached(this.GetPrimaryKeyString() + ".out");
        Board.Reach(this.GetPrimaryKeyString() + (Board.IsReached(this.GetPrimaryKeyString() + ".ApplicationRequested") ? ".too early" : ".in time"));
    }

    public Task Nudge() => Task.CompletedTask;
}

[KeepAlive]
internal sealed class KeptGrain : LifeGrain, IKeptGrain;

internal sealed class StillbornGrain : LifeGrain, IStillbornGrain
{
    public override Task OnActivateAsync(CancellationToken cancellationToken) => throw new InvalidOperationException("Not today.");
}

[Collection(nameof(SharedSilo))]
public sealed class LifecycleTests(TestSilo silo)
{
    [Fact]
    public async Task A_grain_is_activated_by_its_first_call()
    {
        ILifeGrain grain = silo.New<ILifeGrain>();
        Assert.False(Board.IsReached(grain.GetPrimaryKeyString() + ".activated"));
        await grain.Activation();
        Assert.True(Board.IsReached(grain.GetPrimaryKeyString() + ".activated"));
    }

    [Fact]
    public async Task The_next_call_after_a_deactivation_activates_anew()
    {
        ILifeGrain grain = silo.New<ILifeGrain>();
        Guid first = await grain.Activation();
        await grain.Leave();
        Assert.NotEqual(first, await grain.Activation());
        Assert.True(Board.IsReached(grain.GetPrimaryKeyString() + ".ApplicationRequested"));
    }

    [Fact]
    public async Task A_call_that_runs_ends_before_the_deactivation_and_later_ones_reach_the_next_activation()
    {
        ILifeGrain grain = silo.New<ILifeGrain>();
        string key = grain.GetPrimaryKeyString();
        Guid first = await grain.Activation();
        Task leaving = grain.LeaveSlowly();
        await Board.Reached(key + ".leaving");
        Task<Guid> later = grain.Activation();
        Board.Reach(key + ".out");
        await leaving;
        Assert.NotEqual(first, await later);
        Assert.True(Board.IsReached(key + ".in time"));
    }

    [Fact]
    public async Task Callers_hear_why_an_activation_failed()
    {
        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(() => silo.New<IStillbornGrain>().Nudge());
        Assert.Equal("Not today.", error.Message);
    }

    [Fact]
    public async Task Idle_grains_are_collected_and_kept_ones_stay()
    {
        await using TestSilo own = await TestSilo.StartAsync(builder => builder.Configure<GrainCollectionOptions>(options =>
        {
            options.CollectionQuantum = TimeSpan.FromMilliseconds(500);
            options.CollectionAge = TimeSpan.FromSeconds(1);
        }));
        IKeptGrain kept = own.New<IKeptGrain>();
        Guid first = await kept.Activation();
        ILifeGrain idle = own.New<ILifeGrain>();
        await idle.Activation();
        await Board.Reached(idle.GetPrimaryKeyString() + ".ActivationIdle");
        Assert.Equal(first, await kept.Activation());
    }

    [Fact]
    public async Task A_stopping_host_deactivates_every_grain()
    {
        TestSilo own = await TestSilo.StartAsync(_ => { });
        ILifeGrain grain = own.New<ILifeGrain>();
        IKeptGrain kept = own.New<IKeptGrain>();
        await grain.Activation();
        await kept.Activation();
        await own.StopAsync();
        Assert.True(Board.IsReached(grain.GetPrimaryKeyString() + ".ShuttingDown"));
        Assert.True(Board.IsReached(kept.GetPrimaryKeyString() + ".ShuttingDown"));
        await own.DisposeAsync();
    }

    [Fact]
    public async Task Grains_get_services_from_the_host()
    {
        await using TestSilo own = await TestSilo.StartAsync(builder => builder.Services.AddSingleton(new Greeting("hello")));
        Assert.Equal("hello", await own.New<IGreetingGrain>().Greet());
    }
}

internal sealed record Greeting(string Text);

internal interface IGreetingGrain : IGrainWithStringKey
{
    Task<string> Greet();
}

internal sealed class GreetingGrain(Greeting greeting) : Grain, IGreetingGrain
{
    public Task<string> Greet() => Task.FromResult(greeting.Text);
}
