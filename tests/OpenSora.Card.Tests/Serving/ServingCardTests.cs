using System.Diagnostics;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Generation;
using OpenSora.Hosting.Cards;
using OpenSora.Links;

namespace OpenSora.Card.Tests.Serving;

/// <summary>A card process and those who talk to it.</summary>
public sealed class ServingCardTests
{
    private static readonly GenerationRequest Small = new() { Prompts = ["a red ball"], ImageSize = [64, 64], NumFrames = "17", NumSamplingSteps = 4, Dtype = "fp32" };

    private static LoadTask Nothing => new([]) { Job = "job", Request = Small };

    /// <summary>And answers a request that cannot be done in words, and is free when whoever asked goes away, and ends with its leash.</summary>
    [Fact]
    public async Task ItJoinsAndTellsWhatItIs()
    {
        await using RunningCard card = await RunningCard.Start();
        Assert.Equal(("card-0", "cpu", 1, CardProtocol.Version), (card.Description.Name, card.Description.Device, card.Description.Threads, card.Description.Protocol));
        Assert.Contains("1 thread", card.Description.Kind, StringComparison.Ordinal);
        CardHealth health = await card.Health();
        Assert.Equal((card.Description.Instance, CardState.Idle), (health.Instance, health.State));

        TaskFailed failed = Assert.IsType<TaskFailed>((await card.Do(new StartTask(0, [], HasNoise: false) { Job = "job", Request = Small with { Resolution = "nonsense", ImageSize = null } }, ReadOnlyMemory<byte>.Empty))[^1].Header);
        Assert.Equal(2, failed.ExitCode);
        Assert.Contains("nonsense", failed.Message, StringComparison.Ordinal);

        await using (Asked task = await card.Denoise(Small with { NumSamplingSteps = 1000 }))
            await task.Read<StepHandedIn>();
        using CancellationTokenSource deadline = new(TimeSpan.FromMinutes(1));
        while ((await card.Health()).State == CardState.Busy)
            await Task.Delay(20, deadline.Token);
        Assert.IsType<Loaded>((await card.Do(Nothing))[^1].Header);

        card.Process.StandardInput.Close();
        await card.Process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task ACardThatWasGivenUpJoinsAgain()
    {
        await using RunningCard card = await RunningCard.Start();
        SiloAddress before = SiloAddress.FromParsableString(card.Description.Instance);
        await card.Coordinator.DeclareDead(before);
        await card.Coordinator.Joined("card-0", not: before);
        Assert.NotEqual(card.Description.Instance, (await card.Coordinator.Grains.GetGrain<ICardGrain>("card-0").Describe()).Instance);
        Assert.IsType<TaskRefused>((await card.Do(Nothing))[^1].Header); // it is another instance
        Assert.False(card.Process.HasExited);
    }

    /// <summary>A coordinator that begins anew at its address knows nothing of the cards that it had.</summary>
    [Fact]
    public async Task ACardOutlivesItsCoordinatorAndJoinsTheNext()
    {
        RunningCard card = await RunningCard.Start();
        await card.Coordinator.DisposeAsync();
        await using Coordinator next = await Coordinator.Start(card.Coordinator.Place.Endpoint);
        await next.Joined("card-0");
        CardDescription again = await next.Grains.GetGrain<ICardGrain>("card-0").Describe();
        Assert.Equal(card.Process.Id, again.ProcessId);
        card.Process.Kill();
        await card.Process.WaitForExitAsync();
        await next.DeclareDead(SiloAddress.FromParsableString(again.Instance));
    }

    [Theory]
    [InlineData("", "usage")]
    [InlineData("card/0 --join 127.0.0.1:1", "card/0")]
    [InlineData("card-0", "--join")]
    [InlineData("card-0 --join http://127.0.0.1:1", "--join 'http://127.0.0.1:1'")]
    [InlineData("card-0 --clustering postgres", "OPENSORA_DATABASE")]
    [InlineData("card-0 --clustering many", "--clustering 'many'")]
    [InlineData("card-0 --join 127.0.0.1:1 --threads 0", "--threads '0'")]
    [InlineData("card-0 --join 127.0.0.1:1 --links file:x", "file:x")]
    [InlineData("card-0 --join 127.0.0.1:1 --device cpu:7", "cpu:7")]
    [InlineData("card-0 --join 127.0.0.1:1 --color red", "--color")]
    [InlineData("card-0 --join 127.0.0.1:1 --listen 0.0.0.0:0", "--advertise")]
    [InlineData("card-0 --join 127.0.0.1:1 --device cpu --links tcp:192.0.2.1:1", "--links tcp:192.0.2.1:1")]
    public async Task ABadCommandLineIsRefused(string arguments, string words)
    {
        using Process card = RunningCard.Launch(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        string said = await card.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(1));
        await card.WaitForExitAsync();
        Assert.Equal(2, card.ExitCode);
        Assert.Contains(words, said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BeyondLoopbackItWantsAToken()
    {
        using Process card = RunningCard.Launch(["card-0", "--join", "127.0.0.1:1", "--listen", "0.0.0.0:0"], token: "");
        Assert.Contains("OPENSORA_TOKEN", await card.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(1)), StringComparison.Ordinal);
        await card.WaitForExitAsync();
        Assert.Equal(2, card.ExitCode);
    }

    [Fact]
    public async Task WhoHasAnotherTokenIsRefused()
    {
        await using RunningCard card = await RunningCard.Start();
        using Process stranger = RunningCard.Launch(["card-1", "--device", "cpu", "--join", $"{card.Coordinator.Place.Endpoint}"], token: "another");
        Assert.Contains("has another token", await stranger.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(1)), StringComparison.Ordinal);
        await stranger.WaitForExitAsync();
        Assert.Equal(2, stranger.ExitCode);
        Assert.Equal(PeerFault.WrongToken, Assert.Throws<PeerException>(() =>
            PartLink.Connect(LinkAddress.Parse(card.Description.Links), "call", "another"u8.ToArray(), new LinkOptions(), CancellationToken.None)).Cause);
        Assert.Equal(1, (await card.Health()).RefusedLinks);
    }

    /// <summary>A card that was killed leaves its socket file behind; the one that replaces it takes the place.</summary>
    [Fact]
    public async Task ASocketFileThatWasLeftBehindIsReplaced()
    {
        string file = Path.Combine(Path.GetTempPath(), $"opensora-{Guid.NewGuid():n}.sock");
        RunningCard first = await RunningCard.Start(links: $"unix:{file}");
        await first.DisposeAsync();
        Assert.True(File.Exists(file));
        await using RunningCard second = await RunningCard.Start(links: $"unix:{file}");
        using Process third = RunningCard.Launch(["card-1", "--join", $"{second.Coordinator.Place.Endpoint}", "--links", $"unix:{file}"]);
        Assert.Contains(file, await third.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(1)), StringComparison.Ordinal);
        second.Process.StandardInput.Close();
        await second.Process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.False(File.Exists(file));
    }

    /// <summary>One task at a time.</summary>
    [Fact]
    public async Task ATaskKeepsOthersOutUntilItEndsOrIsLeft()
    {
        await using RunningCard card = await RunningCard.Start(faults: "delay=60000@step=1:before-switch");
        await using Asked task = await card.Denoise(Small);
        await task.Read<StepHandedIn>();
        Assert.Equal(Refusal.Busy, Assert.IsType<TaskRefused>((await card.Do(Nothing))[^1].Header).Why);
        Assert.Equal(CardState.Busy, (await card.Health()).State);
    }

    /// <summary>SIGTERM: the task that it has is done, no other is taken, the cluster is left, and it ends well.</summary>
    [Fact]
    public async Task ItDrains()
    {
        await using RunningCard card = await RunningCard.Start(faults: "delay=6000@step=20:before-switch"); // else it may be done before it says anything
        await using (Asked task = await card.Denoise(Small with { NumSamplingSteps = 40 }))
        {
            await task.Read<StepHandedIn>();
            using Process signal = Process.Start("kill", ["-TERM", $"{card.Process.Id}"]);
            using CancellationTokenSource deadline = new(TimeSpan.FromMinutes(1));
            while ((await card.Health()).State != CardState.Draining)
                await Task.Delay(20, deadline.Token);
            Assert.Equal(Refusal.Leaving, Assert.IsType<TaskRefused>((await card.Do(Nothing))[^1].Header).Why);
            await task.Read<Denoised>();
            Assert.Equal(CardState.Draining, task.LastState);
        }
        await card.Coordinator.Left("card-0");
        await card.Process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(0, card.Process.ExitCode);
    }
}
