using OpenSora.Card.Tests.Serving;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Generation;

namespace OpenSora.Card.Tests.Faults;

/// <summary>Faults happen where they were asked for, and the other rank tells who is to blame.</summary>
public sealed class FaultTests
{
    private static readonly GenerationRequest Small = new() { Prompts = ["a red ball"], ImageSize = [64, 64], NumFrames = "17", NumSamplingSteps = 4, Dtype = "fp32" };

    /// <param name="steps">What the other rank can hand in before; of the last of them it may hear too late.</param>
    [Theory]
    [InlineData("kill@step=2:before-switch", 2)]
    [InlineData("kill@step=2:in-switch", 2)]
    [InlineData("kill@step=2:after-step", 3)]
    [InlineData("stop@step=1:before-switch", 1)]
    [InlineData("drop@step=1:in-switch", 1)]
    [InlineData("corrupt@step=1:in-switch", 1)]
    [InlineData("fail@step=1:before-switch", 1)]
    [InlineData("delay=50@step=1:in-switch", 4)]
    [InlineData("kill@step=2:before-switch;epoch=9", 4)]
    public async Task OneRankFailsAndTheOtherSaysSo(string fault, int steps)
    {
        await using RunningCard good = await RunningCard.Start("good"), bad = await RunningCard.Start("bad", fault);
        await using Pair pair = await Pair.Begin(good, bad, Small, epoch: 1);
        List<Reply> replies = await pair.First.Rest();
        StepHandedIn[] done = [.. replies.Select(reply => reply.Header).OfType<StepHandedIn>()];
        Assert.Equal(Enumerable.Range(1, done.Length), done.Select(step => step.Step));
        if (steps == Small.NumSamplingSteps)
        {
            Assert.Equal(steps, done.Length);
            Assert.IsType<Denoised>(replies[^1].Header);
            return;
        }
        Assert.InRange(done.Length, steps - 1, steps);
        TaskFailed failed = Assert.IsType<TaskFailed>(replies[^1].Header);
        Assert.Equal((1, ExitCode.CardFailure), (failed.Rank, failed.ExitCode));
        if (fault.StartsWith("kill", StringComparison.Ordinal))
        {
            await bad.Process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
            Assert.Equal(128 + 9, bad.Process.ExitCode);
        }
    }

    [Fact]
    public async Task AChunkKillsItsCardOnce()
    {
        string mark = Path.Combine(Path.GetTempPath(), $"opensora-{Guid.NewGuid():n}");
        DecodeTask task = new(0, 0, 1, Encode: false) { Job = "job", Request = Small };
        byte[] chunk = new byte[5 * 4 * 4 * 16 * sizeof(float)]; // [5, S, 16]
        try
        {
            await using (RunningCard first = await RunningCard.Start(faults: $"kill@chunk=0;once={mark}"))
                await Assert.ThrowsAnyAsync<Exception>(() => first.Do(task, chunk));
            await using RunningCard second = await RunningCard.Start(faults: $"kill@chunk=0;once={mark}");
            Assert.IsType<Decoded>((await second.Do(task, chunk))[^1].Header);
        }
        finally
        {
            File.Delete(mark);
        }
    }

    [Theory]
    [InlineData("explode@step=1:in-switch")]
    [InlineData("kill@step=1:sometime")]
    [InlineData("delay=soon@chunk=0")]
    [InlineData("corrupt@chunk=0")]
    public async Task AFaultThatIsNoneIsRefused(string fault)
    {
        using System.Diagnostics.Process card = RunningCard.Launch(["card-0", "--device", "cpu", "--join", "127.0.0.1:1", "--threads", "1"], fault);
        Assert.Contains(fault, await card.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(1)), StringComparison.Ordinal);
        await card.WaitForExitAsync();
        Assert.Equal(2, card.ExitCode);
    }
}
