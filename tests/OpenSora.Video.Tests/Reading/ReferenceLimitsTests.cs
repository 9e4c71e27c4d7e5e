using System.Buffers.Binary;
using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.TestKit;
using OpenSora.Video.Reading;
using OpenSora.Video.Writing;

namespace OpenSora.Video.Tests.Reading;

/// <summary>A small file that says it is very large is believed, and not decoded.</summary>
public sealed class ReferenceLimitsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task APictureOfTooManyPixelsIsRefusedByItsHeader()
    {
        byte[] png = PngFile.Of(new RgbImage(1, 1, new byte[3]));
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), 12_000);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), 12_000);
        await File.WriteAllBytesAsync(_folder["large.png"], png);
        foreach (TooLargeException refused in await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Task.Run(() => Assert.Throws<TooLargeException>(() => FrameReader.ReadImage(_folder["large.png"]))))))
        {
            Assert.Contains("12000 x 12000 pixels", refused.Message);
            Assert.Contains("at most 64 million", refused.Message);
        }
    }

    [Fact]
    public void WhatSetsThemIsDocumented() => Assert.Empty(SettingsPage.Missing<ReferenceLimits>());
}
