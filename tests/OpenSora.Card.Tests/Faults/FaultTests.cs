using OpenSora.Card.Tests.Serving;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Generation;

namespace OpenSora.Card.Tests.Faults;

/// <summary>Faults happen where they were asked for, and the other rank tells who is to blame.</summary>
public sealed class FaultTests
{
    private static readonly GenerationRequest Small = new() { Prompts = ["a red ball"], ImageSize = [64, 64], NumFrames = "17", NumSamplingSteps = 4, Dtype = "fp32" };

    /// <summary>The card that a fault does not end goes on with the next one; the other card is the same throughout.</summary>
    [Fact]
    public async Task OneRankFailsAndTheOtherSaysSo()
    {
        await using RunningCard good = await RunningCard.Start("good");
        foreach (string fault in new[] { "kill@step=2:before-switch", "kill@step=2:in-switch", "kill@step=2:after-step", "stop@step=1:before-switch" })
        {
            await using RunningCard bad = await RunningCard.Start("bad", fault);
            await Fails(good, bad, fault, epoch: 1, steps: fault.StartsWith("stop", StringComparison.Ordinal) ? 1 : fault.EndsWith("after-step", StringComparison.Ordinal) ? 3 : 2);
            if (!fault.StartsWith("kill", StringComparison.Ordinal))
                continue;
            await bad.Process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
            Assert.Equal(128 + 9, bad.Process.ExitCode);
        }
        string[] lasting = ["drop@step=1:in-switch", "corrupt@step=1:in-switch", "fail@step=1:before-switch", "delay=50@step=1:in-switch"];
        string held = Path.Combine(Path.GetTempPath(), $"opensora-{Guid.NewGuid():n}");
        string[] all = [.. lasting.Select((fault, index) => $"{fault};epoch={1 + index}"), $"hold={held}@step=1:before-switch", "kill@step=2:before-switch;epoch=9"];
        await using RunningCard lasts = await RunningCard.Start("lasts", string.Join('|', all));
        for (int index = 0; index < lasting.Length; index++)
            await Fails(good, lasts, lasting[index], epoch: 1 + index, steps: lasting[index].StartsWith("delay", StringComparison.Ordinal) ? Small.NumSamplingSteps : 1);
        // It holds whenever it comes there, and goes on without the file.
        foreach (int epoch in new[] { 5, 6 })
        {
            File.WriteAllText(held, "");
            await using Pair pair = await Begin(good, lasts, epoch);
            await pair.First.Read<StepHandedIn>();
            File.Delete(held);
            Assert.IsType<Denoised>((await pair.First.Rest())[^1].Header);
        }
    }

    /// <param name="steps">What the other rank can hand in before; of the last of them it may hear too late. All: nothing fails.</param>
    private static async Task Fails(RunningCard good, RunningCard bad, string fault, long epoch, int steps)
    {
        await using Pair pair = await Begin(good, bad, epoch);
        List<Reply> replies = await pair.First.Rest();
        StepHandedIn[] done = [.. replies.Select(reply => reply.Header).OfType<StepHandedIn>()];
        Assert.Equal(Enumerable.Range(1, done.Length), done.Select(step => step.Step));
        if (steps == Small.NumSamplingSteps)
        {
            Assert.Equal(steps, done.Length);
            Assert.IsType<Denoised>(replies[^1].Header);
            return;
        }
        Assert.True(done.Length == steps || done.Length == steps - 1, $"{fault}: {done.Length} steps");
        Assert.True(replies[^1].Header is TaskFailed { Rank: 1, ExitCode: ExitCode.CardFailure }, $"{fault}: {replies[^1].Header}");
    }

    private static async Task<Pair> Begin(RunningCard good, RunningCard bad, long epoch)
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromMinutes(1));
        while ((await good.Health()).State != CardState.Idle || (await bad.Health()).State != CardState.Idle)
            await Task.Delay(20, deadline.Token);
        return await Pair.Begin(good, bad, Small, epoch);
    }

    /// <summary>Whichever card has a rank, it has the same sums; the first that differs is of the rank, the step and the unit that erred.</summary>
    [Fact]
    public async Task AFlippedBitShowsInTheSumsOfItsRank()
    {
        await using RunningCard good = await RunningCard.Start("good");
        await using RunningCard bad = await RunningCard.Start("bad", "flip@step=2:unit=2;epoch=2");
        IReadOnlyList<ExchangeSum>[][] right = await Sums(good, bad, epoch: 1), wrong = await Sums(good, bad, epoch: 2), round = await Sums(bad, good, epoch: 3);
        Assert.Equal(right.SelectMany(rank => rank).SelectMany(sum => sum), round.SelectMany(rank => rank).SelectMany(sum => sum));
        Assert.Equal(Small.NumSamplingSteps - 1, right[0].Length); // after the first step
        Assert.Equal(right[1][0], wrong[1][0]);
        Assert.Equal(2, right[1][1].Zip(wrong[1][1]).First(pair => pair.First != pair.Second).First.Exchange);
        Assert.Equal([ExchangeSum.Frames], right[0][1].Zip(wrong[0][1]).Where(pair => pair.First != pair.Second).Select(pair => pair.First.Exchange));
    }

    /// <returns>Of each rank and checked step.</returns>
    private static async Task<IReadOnlyList<ExchangeSum>[][]> Sums(RunningCard first, RunningCard second, long epoch)
    {
        await using Pair pair = await Pair.Begin(first, second, Small, epoch, sumsAfter: 1);
        List<Reply>[] ranks = [await pair.First.Rest(), await pair.OfSecond];
        return [.. ranks.Select(replies => replies.Select(reply => reply.Header).OfType<StepHandedIn>().Select(step => step.Sums).OfType<IReadOnlyList<ExchangeSum>>().ToArray())];
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
    [InlineData("flip@step=1:after-step")]
    [InlineData("kill@step=1:unit=2")]
    public async Task AFaultThatIsNoneIsRefused(string fault)
    {
        using System.Diagnostics.Process card = RunningCard.Launch(["card-0", "--device", "cpu", "--join", "127.0.0.1:1", "--threads", "1"], fault);
        Assert.Contains(fault, await card.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(1)), StringComparison.Ordinal);
        await card.WaitForExitAsync();
        Assert.Equal(2, card.ExitCode);
    }
}
