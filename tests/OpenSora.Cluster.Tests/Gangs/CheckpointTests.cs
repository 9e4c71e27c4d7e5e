using OpenSora.Cluster.Cards;
using FsCheck;
using FsCheck.Fluent;
using OpenSora.Cluster.Gangs;
using OpenSora.Contracts.Cards;

namespace OpenSora.Cluster.Tests.Gangs;

public sealed class CheckpointTests
{
    private const int FrameBytes = 3;

    [Fact]
    public void FramesInAnyOrderMakeTheWholeClip() => Check.QuickThrowOnFailure(Prop.ForAll(
        Gen.Choose(1, 20).ToArbitrary(), Gen.Choose(1, 6).ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), (latents, ranks, seed) =>
        {
            Random random = new(seed);
            byte[][] samples = [.. Enumerable.Range(0, 2).Select(_ => Bytes(random, latents * FrameBytes))];
            CheckpointAssembly assembly = new(2, latents, FrameBytes);
            (int First, int Count)[] shares = [.. Enumerable.Range(0, ranks).Select(rank => (First: rank * latents / ranks, Count: (rank + 1) * latents / ranks - rank * latents / ranks))];
            random.Shuffle(shares);
            int last = Array.FindLastIndex(shares, share => share.Count > 0);
            for (int i = 0; i < shares.Length; i++)
            {
                (int first, int count) = shares[i];
                Checkpoint? whole = assembly.Add(
                    new StepHandedIn(4, first, count, WorkCounts.Zero),
                    count == 0 ? [] : [.. samples.Select(sample => (ReadOnlyMemory<byte>)sample.AsMemory(first * FrameBytes, count * FrameBytes))]);
                if ((whole is not null) != (i == last))
                    return false;
                if (whole is not null && !(whole.Step == 4 && whole.Samples.Zip(samples).All(pair => pair.First.Span.SequenceEqual(pair.Second))))
                    return false;
            }
            return true;
        }));

    [Fact]
    public void ARankThatIsAheadDoesNotMixSteps()
    {
        CheckpointAssembly assembly = new(1, 2, FrameBytes);
        Assert.Null(assembly.Add(new StepHandedIn(1, 0, 1, WorkCounts.Zero), [new byte[] { 1, 1, 1 }]));
        Assert.Null(assembly.Add(new StepHandedIn(2, 0, 1, WorkCounts.Zero), [new byte[] { 2, 2, 2 }]));
        Checkpoint? whole = assembly.Add(new StepHandedIn(1, 1, 1, WorkCounts.Zero), [new byte[] { 1, 1, 1 }]);
        Assert.Equal([1, 1, 1, 1, 1, 1], whole!.Samples[0].ToArray());
        Assert.Equal(2, assembly.Add(new StepHandedIn(2, 1, 1, WorkCounts.Zero), [new byte[] { 2, 2, 2 }])!.Step);
    }

    [Theory]
    [InlineData(0, 3, 9, 1)]
    [InlineData(1, 2, 6, 1)]
    [InlineData(-1, 1, 3, 1)]
    [InlineData(0, 1, 4, 1)]
    [InlineData(0, 1, 3, 2)]
    public void WhatIsNotOfThisClipIsRefused(int first, int count, int bytes, int parts) => Assert.Throws<AnswerException>(() =>
        new CheckpointAssembly(1, 2, FrameBytes).Add(new StepHandedIn(1, first, count, WorkCounts.Zero), [.. Enumerable.Range(0, parts).Select(_ => (ReadOnlyMemory<byte>)new byte[bytes])]));

    [Fact]
    public void EpochsGoUpAlsoWhenTheClockDoesNot()
    {
        EpochNumbers numbers = new(new ManualTime());
        long[] drawn = [.. Enumerable.Range(0, 5).Select(_ => numbers.Next())];
        Assert.Equal(drawn.Order().Distinct(), drawn);
    }

    private static byte[] Bytes(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
