using OpenSora.Contracts.Cards;
using System.Text;

namespace OpenSora.Contracts.Tests.Cards;

public class Crc32CTests
{
    /// <summary>The check value of the catalogue of CRCs, and the examples of RFC 3720, appendix B.4.</summary>
    [Fact]
    public void It_gives_the_published_values()
    {
        Assert.Equal(0xE3069283u, Crc32C.Of(Encoding.ASCII.GetBytes("123456789")));
        Assert.Equal(0x8A9136AAu, Crc32C.Of(new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C.Of([.. Enumerable.Repeat((byte)255, 32)]));
        Assert.Equal(0x46DD794Eu, Crc32C.Of([.. Enumerable.Range(0, 32).Select(i => (byte)i)]));
        Assert.Equal(0u, Crc32C.Of([]));
    }
}
