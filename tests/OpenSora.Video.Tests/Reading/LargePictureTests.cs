using System.Diagnostics;
using System.IO.Compression;
using OpenSora.Contracts.Clips;
using OpenSora.TestKit;
using OpenSora.Video.Reading;
using OpenSora.Video.Writing;

namespace OpenSora.Video.Tests.Reading;

/// <summary>Pictures are decoded in bands, and scaled while they are read.</summary>
public sealed class LargePictureTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Of heights that are no multiple of a band's.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(64, 342)]
    [InlineData(257, 191)]
    [InlineData(30_000, 3)]
    [InlineData(3, 30_000)]
    public void BandsMakeTheWholePicture(int width, int height)
    {
        byte[] pixels = new byte[3 * width * height];
        new Random(1).NextBytes(pixels);
        RgbImage read = FrameReader.ReadImage(_folder.Write("x.ppm", [.. System.Text.Encoding.ASCII.GetBytes($"P6 {width} {height} 255\n"), .. pixels]));
        Assert.Equal((width, height), (read.Width, read.Height));
        Assert.Equal(pixels, read.Pixels);
    }

    [Theory]
    [InlineData(257, 191, 1)]
    [InlineData(257, 191, 6)]
    [InlineData(30, 700, 1)]
    [InlineData(700, 30, 3)]
    [InlineData(20, 12, 1)]
    public void APictureIsScaledAsAWhole(int width, int height, int orientation)
    {
        byte[] pixels = new byte[3 * width * height];
        new Random(2).NextBytes(pixels);
        string path = _folder.Write("x.png", ExifFiles.IntoPng(PngFile.Of(new RgbImage(width, height, pixels)), ExifFiles.Exif(orientation)));
        FrameSize size = new(48, 64);
        RgbImage frame = FrameReader.ReadCovering(path, size);
        Assert.Equal((64, 48), (frame.Width, frame.Height));
        Assert.Equal(ImageCover.Of(FrameReader.ReadImage(path), size), frame.Pixels);
        Assert.Equal(frame.Pixels, ImageCover.Of(frame, size)); // a card does it again
    }

    /// <summary>A file of 180 KB that is a picture of 62 megapixels; and several at once, which wait for each other.</summary>
    [Theory]
    [InlineData(7874, 1, 300_000_000)]
    [InlineData(3000, 5, 150_000_000)]
    public async Task ALargePictureCostsLittleMemory(int side, int atOnce, long limit)
    {
        string path = _folder["large.png"];
        WriteBlack(path, side);
        using CancellationTokenSource over = new();
        Task<long> most = Task.Run(() => MostOfChildren(path, over.Token));
        await Task.WhenAll(Enumerable.Range(0, atOnce).Select(_ => Task.Run(() => Assert.All(FrameReader.ReadCovering(path, new FrameSize(240, 426)).Pixels, level => Assert.Equal(0, level)))));
        await over.CancelAsync();
        // Seen, so the figure is one; RGB of all pixels is in ffmpeg once.
        Assert.InRange(await most, 3L * side * side, limit);
    }

    /// <summary>The most memory of all children at once that have a file in their arguments.</summary>
    private static long MostOfChildren(string path, CancellationToken over)
    {
        long most = 0;
        while (!over.IsCancellationRequested)
        {
            long now = 0;
            foreach (Process child in Process.GetProcesses())
                using (child)
                {
                    try
                    {
                        if (child.ProcessName is "ffmpeg" or "ffprobe" && File.ReadAllText($"/proc/{child.Id}/cmdline").Contains(path, StringComparison.Ordinal))
                            now += child.WorkingSet64;
                    }
                    catch (Exception gone) when (gone is IOException or InvalidOperationException)
                    {
                    }
                }
            most = Math.Max(most, now);
            Thread.Sleep(30);
        }
        return most;
    }

    private static void WriteBlack(string path, int side)
    {
        using MemoryStream packed = new();
        using (ZLibStream zlib = new(packed, CompressionLevel.Fastest, leaveOpen: true))
            for (int row = 0; row < side; row++)
                zlib.Write(new byte[1 + (3 * side)]);
        byte[] header = [.. Four(side), .. Four(side), 8, 2, 0, 0, 0];
        File.WriteAllBytes(path, [0x89, .. "PNG\r\n"u8, 0x1a, (byte)'\n', .. ExifFiles.PngChunk("IHDR", header), .. ExifFiles.PngChunk("IDAT", packed.ToArray()), .. ExifFiles.PngChunk("IEND", [])]);

        static byte[] Four(int number) => [(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number];
    }
}
