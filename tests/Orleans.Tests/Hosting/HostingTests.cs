using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Tests.Calls;

namespace Orleans.Tests.Hosting;

/// <summary>Writes down what passes.</summary>
internal sealed class Gatekeeper : IIncomingGrainCallFilter
{
    private readonly List<string> passed = [];

    public IReadOnlyList<string> Passed => passed;

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.Grain is not CallGrain)
        {
            await context.Invoke(); // the runtime's own grains
            return;
        }
        passed.Add($"{context.InterfaceMethod.Name} of {context.TargetId.Type}");
        await context.Invoke();
        if (context.Result is int number)
        {
            context.Result = number + 1;
        }
    }
}

public sealed class HostingTests
{
    [Fact]
    public async Task Options_name_the_silo_and_its_cluster()
    {
        await using TestSilo silo = await TestSilo.StartAsync(builder => builder
            .Configure<SiloOptions>(options => options.SiloName = "first")
            .Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = ("videos", "opensora")));
        ILocalSiloDetails details = silo.Services.GetRequiredService<ILocalSiloDetails>();
        Assert.Equal(("first", "videos"), (details.Name, details.ClusterId));
        Assert.True(details.SiloAddress.Endpoint.Port > 0);
        await using TestSilo unnamed = await TestSilo.StartAsync(_ => { });
        Assert.Equal("default", unnamed.Services.GetRequiredService<ILocalSiloDetails>().ClusterId);
    }

    [Fact]
    public async Task A_startup_task_may_call_grains()
    {
        int doubled = 0;
        await using TestSilo silo = await TestSilo.StartAsync(builder => builder.AddStartupTask(async (services, cancellation) =>
            doubled = await services.GetRequiredService<IGrainFactory>().GetGrain<ICallGrain>("startup").Twice(21)));
        Assert.Equal(42, doubled);
    }

    [Fact]
    public async Task A_filter_sees_every_call_and_may_change_the_result()
    {
        Gatekeeper gatekeeper = new();
        await using TestSilo silo = await TestSilo.StartAsync(builder => builder.AddIncomingGrainCallFilter(gatekeeper));
        Assert.Equal(5, await silo.New<ICallGrain>().Twice(2));
        Assert.Equal(["Twice of call"], gatekeeper.Passed);
    }

    [Fact]
    public async Task Traces_go_on_in_grains()
    {
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name.StartsWith("Microsoft.Orleans", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(listener);
        await using TestSilo silo = await TestSilo.StartAsync(builder => builder.AddActivityPropagation());
        using Activity caller = new Activity("caller").SetIdFormat(ActivityIdFormat.W3C).Start();
        (string trace, string span) = await silo.New<ICallGrain>().Trace();
        Assert.Equal(caller.TraceId.ToHexString(), trace);
        Assert.NotEqual(caller.SpanId.ToHexString(), span);
    }

    [Fact]
    public async Task The_response_timeout_is_an_option_and_may_cancel_the_call()
    {
        await using TestSilo silo = await TestSilo.StartAsync(builder => builder.Configure<SiloMessagingOptions>(options =>
        {
            options.ResponseTimeout = TimeSpan.FromSeconds(2);
            options.CancelRequestOnTimeout = true;
        }));
        ICallGrain grain = silo.New<ICallGrain>();
        Assert.Equal(4, await grain.Twice(2));
        using CancellationTokenSource never = new();
        await Assert.ThrowsAsync<TimeoutException>(() => grain.WaitFor(never.Token));
        await Board.Reached(grain.GetPrimaryKeyString() + ".cancelled");
    }

    [Fact]
    public async Task A_director_is_asked_where_a_grain_belongs()
    {
        Usher usher = new();
        await using TestSilo silo = await TestSilo.StartAsync(builder =>
        {
            builder.Services.AddSingleton(usher);
            builder.AddPlacementDirector<SeatPlacement, SeatDirector>();
        });
        ISeatedGrain grain = silo.New<ISeatedGrain>();
        SiloAddress here = silo.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress;
        Assert.Equal(here.ToString(), await grain.Where());
        Assert.Equal((grain.GetGrainId(), here), Assert.Single(usher.Seated));
    }

    [Fact]
    public async Task Two_hosts_in_one_process_are_two_clusters()
    {
        await using TestSilo one = await TestSilo.StartAsync(_ => { });
        await using TestSilo other = await TestSilo.StartAsync(_ => { });
        string key = TestSilo.NewKey();
        await one.Grains.GetGrain<ICallGrain>(key).Nothing();
        Assert.Equal(0, await other.Grains.GetGrain<ICallGrain>(key).Runs());
        Assert.Equal(1, await one.Grains.GetGrain<ICallGrain>(key).Runs());
    }
}
