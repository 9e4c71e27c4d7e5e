using System.Runtime.InteropServices;
using OpenSora.Contracts.Clips;
using OpenSora.Layout.Latents;

namespace OpenSora.Layout.Tests.Latents;

/// <summary>Tests of the transformer's patches compare it with torch's bytes.</summary>
public class LatentFormTests
{
    /// <summary>One frame of 3 × 3 cells is 2 × 2 patches, of which the right and the lower ones are padded.</summary>
    [Fact]
    public void Cells_go_where_they_stand_and_padding_goes()
    {
        float[] tokens = [.. Enumerable.Range(0, 4 * 16).Select(number => (float)number)];
        float[] latent = MemoryMarshal.Cast<byte, float>(LatentForm.OfTokens(MemoryMarshal.AsBytes(tokens.AsSpan()), new LatentSize(1, 3, 3))).ToArray();
        float[] first = [0, 4, 16, 8, 12, 24, 32, 36, 48]; // the first channel, row by row
        Assert.Equal(Enumerable.Range(0, 4).SelectMany(channel => first.Select(cell => cell + channel)), latent);
    }

    [Fact]
    public void Tokens_of_another_size_are_refused() =>
        Assert.Contains("1x4x4", Assert.Throws<ArgumentException>(() => LatentForm.OfTokens(new byte[4 * 64 + 1], new LatentSize(1, 4, 4))).Message, StringComparison.Ordinal);
}
