using System.Buffers.Binary;
using System.Text;
using OpenSora.Layout.Latents;

namespace OpenSora.Layout.Tests.Latents;

public class SafetensorsPreambleTests
{
    [Fact]
    public void It_is_a_length_and_a_header_that_data_can_follow()
    {
        byte[] bytes = SafetensorsPreamble.Of([new("b", "F32", [2, 3], 24), new("a", "BF16", [], 2)]);
        const string header = """{"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"a":{"dtype":"BF16","shape":[],"data_offsets":[24,26]}}""";
        Assert.Equal(0, bytes.Length % 8);
        Assert.Equal(bytes.Length - 8, BinaryPrimitives.ReadInt64LittleEndian(bytes));
        Assert.Equal(header, Encoding.UTF8.GetString(bytes.AsSpan(8)).TrimEnd(' '));
        Assert.InRange(bytes.Length - 8 - header.Length, 0, 7);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("__metadata__")]
    public void A_key_is_there_once(string key) =>
        Assert.Throws<ArgumentException>(() => SafetensorsPreamble.Of([new("a", "F32", [1], 4), new(key, "F32", [1], 4)]));
}
