using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Decoding;
using OpenSora.Contracts.Cards;

namespace OpenSora.Cluster.Tests.Decoding;

public sealed class LatentJoinTests
{
    [Fact]
    public void FramesOfAChannelFollowEachOtherOverAllChunks()
    {
        // [2 channels, t, 1, 2] of one byte a cell: the tens tell the channel, the units the cell.
        (TensorPart, ReadOnlyMemory<byte>)[] chunks =
        [
            (new TensorPart("fp32", [2, 2, 1, 2]), new byte[] { 10, 11, 12, 13, 20, 21, 22, 23 }),
            (new TensorPart("fp32", [2, 1, 1, 2]), new byte[] { 14, 15, 24, 25 }),
        ];
        (TensorPart part, ReadOnlyMemory<byte> bytes) = LatentJoin.AlongTime(chunks);
        Assert.Equal([2, 3, 1, 2], part.Shape);
        Assert.Equal([10, 11, 12, 13, 14, 15, 20, 21, 22, 23, 24, 25], bytes.ToArray());
    }

    [Theory]
    [InlineData("bf16", 2, 1, 2)]
    [InlineData("fp32", 3, 1, 2)]
    [InlineData("fp32", 2, 2, 2)]
    public void WhatDoesNotGoTogetherIsRefused(string type, int channels, int height, int bytesTimes)
    {
        (TensorPart, ReadOnlyMemory<byte>) first = (new TensorPart("fp32", [2, 1, 1, 2]), new byte[4]);
        (TensorPart, ReadOnlyMemory<byte>) second = (new TensorPart(type, [channels, 1, height, 2]), new byte[4 * bytesTimes]);
        Assert.Throws<AnswerException>(() => LatentJoin.AlongTime([first, second]));
    }
}
