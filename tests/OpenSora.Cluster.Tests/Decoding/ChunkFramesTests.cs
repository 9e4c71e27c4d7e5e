using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Decoding;
using OpenSora.Contracts.Cards;

namespace OpenSora.Cluster.Tests.Decoding;

public sealed class ChunkFramesTests
{
    [Fact]
    public async Task AnotherAttemptGoesOnWhereTheFirstOneEnded()
    {
        ChunkFrames frames = new(5, 2);
        Action<CardReply, IReadOnlyList<ReadOnlyMemory<byte>>> first = frames.Listen();
        first(new FramesDecoded(2), [new byte[] { 0, 0, 1, 1 }]);
        first(new FramesDecoded(1), [new byte[] { 2, 2 }]);
        Action<CardReply, IReadOnlyList<ReadOnlyMemory<byte>>> second = frames.Listen();
        second(new FramesDecoded(2), [new byte[] { 0, 0, 1, 1 }]);
        second(new FramesDecoded(2), [new byte[] { 2, 2, 3, 3 }]);
        Assert.False(frames.IsWhole);
        second(new FramesDecoded(1), [new byte[] { 4, 4 }]);
        Assert.True(frames.IsWhole);
        frames.End();
        List<byte> all = [];
        await foreach (ReadOnlyMemory<byte> some in frames.ReadAll(CancellationToken.None))
            all.AddRange(some.ToArray());
        Assert.Equal([0, 0, 1, 1, 2, 2, 3, 3, 4, 4], all);
    }

    [Theory]
    [InlineData(6, 12)]
    [InlineData(1, 3)]
    [InlineData(0, 0)]
    public void FramesOfAnotherSizeOrNumberAreRefused(int count, int bytes) =>
        Assert.Throws<AnswerException>(() => new ChunkFrames(5, 2).Listen()(new FramesDecoded(count), [new byte[bytes]]));
}
