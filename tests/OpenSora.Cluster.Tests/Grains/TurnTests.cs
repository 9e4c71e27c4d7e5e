using OpenSora.Hosting;
using Orleans.TestingHost;

namespace OpenSora.Cluster.Tests.Grains;

/// <summary>What the grains take for granted: neither they nor the jobs that run on their turns have locks.</summary>
public sealed class TurnTests : IAsyncLifetime
{
    private const int Many = 50;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly InProcessTestCluster _silo;

    public TurnTests()
    {
        InProcessTestClusterBuilder builder = new(1);
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureHost(host => host.Services.AddCardMessages());
        _silo = builder.Build();
    }

    public Task InitializeAsync() => _silo.DeployAsync();

    public Task DisposeAsync() => _silo.DisposeAsync().AsTask();

    [Fact]
    public async Task WhatAwaitsOtherThreadsGoesOnInTurnsOfTheGrain()
    {
        IInterleavedGrain grain = New<IInterleavedGrain>();
        Task<bool> worked = grain.Work(4, Many);
        await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => grain.Count()));
        Assert.True(await worked);
        Assert.Equal(5 * Many, await grain.Counted());
    }

    [Fact]
    public async Task ACallThatWaitsKeepsNobodyOut()
    {
        IInterleavedGrain grain = New<IInterleavedGrain>();
        Task waiting = grain.Hold();
        await grain.Count();
        Assert.False(waiting.IsCompleted);
        await grain.LetGo();
        await waiting.WaitAsync(Patience);
    }

    [Fact]
    public async Task WhoTellsHearsOfNoFailure()
    {
        IInterleavedGrain grain = New<IInterleavedGrain>();
        await grain.Fail();
        using CancellationTokenSource deadline = new(Patience);
        while (await grain.Counted() == 0)
            await Task.Delay(10, deadline.Token);
    }

    [Fact]
    public async Task TheQueueDoesOneThingAtATimeAndTicksOnAfterAFailure()
    {
        IOrderlyGrain grain = New<IOrderlyGrain>();
        await grain.Begin();
        using CancellationTokenSource deadline = new(Patience);
        while (await grain.Ticks() < 5)
        {
            await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => grain.Visit()));
            deadline.Token.ThrowIfCancellationRequested();
        }
        Assert.Equal(1, await grain.Together());
    }

    private TGrain New<TGrain>() where TGrain : IGrainWithStringKey => _silo.Client.GetGrain<TGrain>($"{Guid.NewGuid()}");
}
