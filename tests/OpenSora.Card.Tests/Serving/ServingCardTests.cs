using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Http;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Generation;

namespace OpenSora.Card.Tests.Serving;

/// <summary>A card process and those who talk to it.</summary>
public sealed class ServingCardTests
{
    private static readonly GenerationRequest Small = new() { Prompts = ["a red ball"], ImageSize = [64, 64], NumFrames = "17", NumSamplingSteps = 4, Dtype = "fp32" };

    private static LoadTask Nothing => new([]) { Job = "job", Request = Small };

    [Fact]
    public async Task ItRegistersAndTellsThatItLives()
    {
        await using RunningCard card = await RunningCard.Start();
        Assert.Equal(("card-0", "cpu", 1, CardProtocol.Version), (card.Registration.Name, card.Registration.Device, card.Registration.Threads, card.Registration.Protocol));
        Assert.Contains("1 thread", card.Registration.Kind, StringComparison.Ordinal);
        await card.Silo.Hear("card-0 is Idle", times: 2);
        Assert.Equal((card.Registration.Instance, CardState.Idle), ((await card.Health()).Instance, (await card.Health()).State));
    }

    [Fact]
    public async Task ASiloThatForgotItHearsOfItAgain()
    {
        await using RunningCard card = await RunningCard.Start();
        await card.Silo.Hear("card-0 is Idle");
        card.Silo.HeartbeatAnswer = StatusCodes.Status404NotFound;
        await card.Silo.Hear("registered card-0", times: 2);
    }

    [Theory]
    [InlineData(401, "another token")]
    [InlineData(409, "another process has registered as card-9")]
    [InlineData(426, "another version of the protocol")]
    public async Task ARefusalEndsItInWords(int status, string words)
    {
        await using SiloDouble silo = await SiloDouble.Start();
        silo.Answer = status;
        using Process card = RunningCard.Launch(["card-9", "--device", "cpu", "--threads", "1", "--join", silo.Address]);
        string said = await card.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(1));
        await card.WaitForExitAsync();
        Assert.Equal(2, card.ExitCode);
        Assert.Contains(words, said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "usage")]
    [InlineData("card/0 --join http://localhost:1", "card/0")]
    [InlineData("card-0", "--join")]
    [InlineData("card-0 --join http://localhost:1 --threads 0", "--threads '0'")]
    [InlineData("card-0 --join http://localhost:1 --links file:x", "file:x")]
    [InlineData("card-0 --join http://localhost:1 --device cpu:7", "cpu:7")]
    [InlineData("card-0 --join http://localhost:1 --color red", "--color")]
    [InlineData("card-0 --join http://localhost:1 --listen 0.0.0.0:0", "--advertise")]
    [InlineData("card-0 --join http://localhost:1 --device cpu --links tcp:192.0.2.1:1", "--links tcp:192.0.2.1:1")]
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
        using Process card = RunningCard.Launch(["card-0", "--join", "http://localhost:1", "--listen", "0.0.0.0:0"], token: "");
        Assert.Contains("OPENSORA_TOKEN", await card.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(1)), StringComparison.Ordinal);
        await card.WaitForExitAsync();
        Assert.Equal(2, card.ExitCode);
    }

    [Fact]
    public async Task WhoHasNoTokenOrAnotherProtocolIsRefused()
    {
        await using RunningCard card = await RunningCard.Start();
        using HttpResponseMessage wrong = await card.Ask(Nothing, [], token: "another"), old = await card.Ask(Nothing, [], protocol: "0");
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.Equal(HttpStatusCode.UpgradeRequired, old.StatusCode);
        Assert.IsType<Loaded>((await card.Do(Nothing))[^1].Header);
        Assert.Equal((1, 0), ((await card.Health()).RefusedTasks, (await card.Health()).RefusedLinks));
    }

    [Fact]
    public async Task WhatIsNoTaskIsRefusedInWords()
    {
        await using RunningCard card = await RunningCard.Start();
        using HttpClient http = new();
        using HttpRequestMessage request = new(HttpMethod.Post, card.Registration.Control + CardProtocol.TaskPath) { Content = new StringContent("sixteen bytes and more") };
        request.Headers.Add("Authorization", "Bearer " + RunningCard.Token);
        request.Headers.Add("X-OpenSora-Protocol", $"{CardProtocol.Version}");
        using HttpResponseMessage response = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("no parcel", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARequestThatCannotBeDoneIsAnsweredInWords()
    {
        await using RunningCard card = await RunningCard.Start();
        TaskFailed failed = Assert.IsType<TaskFailed>((await card.Do(new StartTask(0, [], HasNoise: false) { Job = "job", Request = Small with { Resolution = "nonsense", ImageSize = null } }, ReadOnlyMemory<byte>.Empty))[^1].Header);
        Assert.Equal(2, failed.ExitCode);
        Assert.Contains("nonsense", failed.Message, StringComparison.Ordinal);
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
        using Process third = RunningCard.Launch(["card-1", "--join", second.Silo.Address, "--links", $"unix:{file}"]);
        Assert.Contains(file, await third.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(1)), StringComparison.Ordinal);
        second.Process.StandardInput.Close();
        await second.Process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.False(File.Exists(file));
    }

    /// <summary>One task at a time; and when whoever asked goes away, the card is soon free.</summary>
    [Fact]
    public async Task ATaskKeepsOthersOutUntilItEndsOrIsLeft()
    {
        await using RunningCard card = await RunningCard.Start(faults: "delay=60000@step=1:before-switch");
        using CancellationTokenSource leave = new();
        LongTask task = await LongTask.Begin(card, Small, leave.Token);
        using HttpResponseMessage other = await card.Ask(Nothing, []);
        Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
        Assert.Equal(CardState.Busy, (await card.Health()).State);
        await card.Silo.Hear("card-0 is Busy");
        task.Dispose();
    }

    [Fact]
    public async Task AStoppedTaskFreesTheCard()
    {
        await using RunningCard card = await RunningCard.Start();
        GenerationRequest endless = Small with { NumSamplingSteps = 1000 };
        using (LongTask task = await LongTask.Begin(card, endless, CancellationToken.None))
            await task.Read<StepHandedIn>();
        using CancellationTokenSource deadline = new(TimeSpan.FromMinutes(1));
        while ((await card.Health()).State == CardState.Busy)
            await Task.Delay(20, deadline.Token);
        Assert.IsType<Loaded>((await card.Do(Nothing))[^1].Header);
    }

    /// <summary>SIGTERM: the task that it has is done, no other is taken, the silo is told, and it ends well.</summary>
    [Fact]
    public async Task ItDrains()
    {
        await using RunningCard card = await RunningCard.Start(faults: "delay=6000@step=20:before-switch"); // else it may be done before it says anything
        using (LongTask task = await LongTask.Begin(card, Small with { NumSamplingSteps = 40 }, CancellationToken.None))
        {
            await task.Read<StepHandedIn>();
            using Process signal = Process.Start("kill", ["-TERM", $"{card.Process.Id}"]);
            await card.Silo.Hear("card-0 is Draining");
            using HttpResponseMessage late = await card.Ask(Nothing, []);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, late.StatusCode);
            await task.Read<Denoised>();
        }
        await card.Silo.Hear("card-0 left");
        await card.Process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(0, card.Process.ExitCode);
    }

    [Fact]
    public async Task ItEndsWithItsLeash()
    {
        await using RunningCard card = await RunningCard.Start();
        card.Process.StandardInput.Close();
        await card.Process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
    }
}
