using System.Buffers.Binary;
using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.TestKit;
using OpenSora.Video.Reading;
using OpenSora.Video.Writing;

namespace OpenSora.Video.Tests.Reading;

/// <summary>The kinds of files that people have: each is read as a viewer shows it, or refused by its kind.</summary>
public sealed class ReferenceKindsTests : IDisposable
{
    private static readonly FrameSize Size = new(32, 48);

    /// <summary>A file that holds red and green above blue and white, by orientation: what is to be seen at the four corners.</summary>
    private static readonly string[] Upright = ["RGBW", "GRWB", "WBGR", "BWRG", "RBGW", "BRWG", "WGBR", "GWRB"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>A file of <c>tests/cases/references</c>: its frames, height and width, and where its red circle is; no frames for one that is refused.</summary>
    public static TheoryData<string, int, int, int> Cases => new()
    {
        { "exif-orientation-6.jpg", 1, 96, 64 },
        { "rotated-90.mp4", 32, 96, 64 },
        { "animated.gif", 20, 64, 64 },
        { "animated.webp", 0, 0, 0 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Cases_are_read_or_refused_by_kind(string name, int frames, int height, int width)
    {
        string path = Path.Combine(Repository.Cases, "references", name);
        if (frames == 0 && TryRead(path) is { } refusal)
        {
            Assert.Contains("is an animated WebP", refusal, StringComparison.Ordinal);
            Assert.Contains("give it as MP4", refusal, StringComparison.Ordinal);
            return;
        }
        List<RgbImage> read = [.. FrameReader.Read(path)];
        Assert.Equal(name.EndsWith(".jpg", StringComparison.Ordinal) ? MediaKind.Image : MediaKind.Video, MediaKinds.Of(path));
        Assert.True(frames == 0 || (frames, height, width) == (read.Count, read[0].Height, read[0].Width), $"{read.Count} frames of {read[0].Height}x{read[0].Width}");
        if (height > width) // the circle is at the top
            Assert.True(Brightness(read[0], 0, height / 2) > 2 * Brightness(read[0], height / 2, height));
    }

    [Fact]
    public void Each_case_is_here() => Assert.Equal(
        Directory.EnumerateFiles(Path.Combine(Repository.Cases, "references")).Select(Path.GetFileName).Order(StringComparer.Ordinal), Cases.Select(row => (string)row[0]!).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData(".jpg")]
    [InlineData(".png")]
    [InlineData(".webp")]
    [InlineData(".tif")]
    public void Every_orientation_of_an_image_is_applied(string extension)
    {
        string path = _folder["x" + extension];
        byte[] rgb = Corners(), plain = Encoded(extension);
        for (int orientation = 1; orientation <= 8; orientation++)
        {
            byte[] exif = ExifFiles.Exif(orientation, bigEndian: orientation % 2 == 0);
            File.WriteAllBytes(path, extension switch
            {
                ".jpg" => ExifFiles.IntoJpeg(plain, exif),
                ".png" => ExifFiles.IntoPng(plain, exif),
                ".webp" => ExifFiles.IntoWebp(plain, Size, exif),
                _ => ExifFiles.Tiff(Size, rgb, orientation),
            });
            Assert.Equal(orientation, Orientation.Of(path).Value);
            Assert.Equal(Upright[orientation - 1], CornersOf(FrameReader.ReadImage(path)));
        }
        File.WriteAllBytes(path, plain);
        Assert.Equal(1, Orientation.Of(path).Value);
    }

    [Fact]
    public void An_orientation_that_is_none_is_upright()
    {
        foreach (byte[] exif in new[] { ExifFiles.Exif(0), ExifFiles.Exif(9), ExifFiles.Exif(6)[..12], [] })
        {
            File.WriteAllBytes(_folder["x.jpg"], ExifFiles.IntoJpeg(Encoded(".jpg"), exif));
            Assert.Equal(1, Orientation.Of(_folder["x.jpg"]).Value);
        }
    }

    /// <summary>In the matrix of the track's header, as phones write it.</summary>
    [Theory]
    [InlineData(2, -1, 0, 0, 1)]
    [InlineData(3, -1, 0, 0, -1)]
    [InlineData(6, 0, 1, -1, 0)]
    [InlineData(8, 0, -1, 1, 0)]
    public void A_display_matrix_of_a_video_is_applied(int orientation, int a, int b, int c, int d)
    {
        byte[] video = File.ReadAllBytes(Video("x.mp4", "-i", Picture(), "-c:v", "libx264", "-pix_fmt", "yuv444p"));
        int matrix = video.AsSpan().IndexOf("tkhd"u8) + 44;
        foreach ((int place, int value) in new[] { (0, a), (4, b), (12, c), (16, d) })
            BinaryPrimitives.WriteInt32BigEndian(video.AsSpan(matrix + place), value << 16);
        File.WriteAllBytes(_folder["x.mp4"], video);
        Assert.Equal(Upright[orientation - 1], CornersOf(FrameReader.Read(_folder["x.mp4"]).First()));
    }

    /// <summary>Half transparent, wholly and not at all, of a PNG with a palette, with 16 bits, of a GIF, and of grey with alpha.</summary>
    [Theory]
    [InlineData("rgba", ".png")]
    [InlineData("rgba64be", ".png")]
    [InlineData("ya8", ".png")]
    [InlineData("pal8", ".png")]
    [InlineData("pal8", ".gif")]
    [InlineData("bgra", ".webp")]
    public void Alpha_is_laid_on_the_background(string format, string extension)
    {
        // White with alpha 0, then 255.
        byte[] rgba = [.. Enumerable.Range(0, 16 * 8).SelectMany(i => (byte[])[255, 255, 255, (byte)(i % 16 < 8 ? 0 : 255)])];
        File.WriteAllBytes(_folder["x.rgba"], rgba);
        string path = _folder["x" + extension];
        string[] palette = format == "pal8" ? ["-vf", "split[a][b];[b]palettegen=reserve_transparent=1[p];[a][p]paletteuse"] : ["-pix_fmt", format];
        Tool.Run("ffmpeg", ["-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgba", "-s", "16x8", "-i", _folder["x.rgba"], .. palette, .. extension == ".webp" ? ["-lossless", "1"] : Array.Empty<string>(), "-frames:v", "1", path]);
        RgbImage onBlack = FrameReader.Read(path).First(), onGrey = FrameReader.Read(path, default, RgbColour.Parse("#804020")).First();
        Assert.Equal<byte>([0, 0, 0], onBlack.Pixels[..3]);
        Assert.Equal<byte>([0x80, 0x40, 0x20], onGrey.Pixels[..3]);
        Assert.All(new[] { onBlack, onGrey }, image => Assert.All(image.Pixels[^3..], level => Assert.InRange(level, 250, 255)));
        string notice = Assert.Single(new MediaFiles(24, null, RgbColour.Parse("#804020")).Require([path]));
        Assert.Contains($"{path} has transparent pixels, which show #804020: --reference-background", notice, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_transparent_pixels_are_mixed()
    {
        File.WriteAllBytes(_folder["x.pam"], [.. "P7\nWIDTH 1\nHEIGHT 1\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n"u8, 200, 100, 0, 51]);
        using FileStream stream = File.OpenRead(_folder["x.pam"]);
        bool isTransparent = false;
        Assert.Equal<byte>([40, 20, 204], PixmapStream.Next(stream, "x", RgbColour.Parse("#0000ff"), ref isTransparent)!.Pixels);
        Assert.True(isTransparent);
    }

    [Fact]
    public void An_animated_png_is_a_video()
    {
        string path = Video("x.png", "-f", "lavfi", "-i", "testsrc=s=32x24:r=10:d=0.5", "-f", "apng");
        Assert.Equal(MediaKind.Video, MediaKinds.Of(path));
        Assert.Equal(5, FrameReader.Read(path).Count());
        Assert.Equal(MediaKind.Image, MediaKinds.Of(Picture()));
    }

    [Fact]
    public void Pixels_that_are_not_square_are_made_so()
    {
        string path = Video("x.mp4", "-f", "lavfi", "-i", "testsrc=s=64x48:r=10:d=0.2", "-vf", "setsar=2/1", "-c:v", "libx264");
        Assert.All(FrameReader.Read(path), frame => Assert.Equal((128, 48), (frame.Width, frame.Height)));
        // Of an image the density is for printers: viewers go by pixels.
        string image = Video("x.png", "-f", "lavfi", "-i", "testsrc=s=64x48", "-vf", "setsar=2/1", "-frames:v", "1");
        Assert.Equal(64, FrameReader.ReadImage(image).Width);
    }

    [Fact]
    public void Each_frame_of_a_variable_rate_comes_once()
    {
        string path = Video("x.mkv", "-f", "lavfi", "-i", "testsrc=s=32x24:r=10:d=2", "-vf", "select='lt(n,5)+eq(n,9)+eq(n,19)'", "-vsync", "vfr", "-c:v", "libx264");
        Assert.Equal(7, FrameReader.Read(path).Count());
    }

    [Fact]
    public void Ten_bits_become_eight()
    {
        string path = Video("x.mp4", "-f", "lavfi", "-i", "color=c=0xC08040:s=32x24:r=10:d=0.2", "-pix_fmt", "yuv420p10le", "-c:v", "libx264");
        Assert.All(FrameReader.Read(path).First().Pixels.Chunk(3), pixel => Assert.All(pixel.Zip(new byte[] { 0xC0, 0x80, 0x40 }), pair => Assert.InRange(pair.First - pair.Second, -4, 4)));
    }

    /// <summary>White of an ordinary screen is code 0.58 of PQ: read as it stands, it is grey.</summary>
    [Theory]
    [InlineData("smpte2084")]
    [InlineData("arib-std-b67")]
    public void High_dynamic_range_is_mapped_to_that_of_a_screen(string transfer)
    {
        string path = Video("x.mkv", "-f", "lavfi", "-i", $"color=c={(transfer == "smpte2084" ? "0x949494" : "0xBFBFBF")}:s=32x24:r=10:d=0.2", "-pix_fmt", "yuv420p10le", "-c:v", "libx264", "-color_primaries", "bt2020", "-color_trc", transfer, "-colorspace", "bt2020nc");
        byte[] plain = [.. FrameReader.Read(Video("y.mkv", "-i", path, "-c", "copy", "-bsf:v", "h264_metadata=transfer_characteristics=1")).First().Pixels];
        byte[] mapped = FrameReader.Read(path).First().Pixels;
        Assert.InRange(mapped[0] - plain[0], 20, 100);
        Assert.InRange(mapped[0], 200, 255);
    }

    [Fact]
    public void Lines_of_two_moments_become_one_picture_and_no_frame_is_lost()
    {
        // A bar that moves by 4 pixels from field to field: its edges are combs, and neighbouring lines differ by 21 levels.
        string path = Video("x.avi", "-f", "lavfi", "-i", "nullsrc=s=96x48:r=50:d=0.4,geq=lum='255*between(X,4+4*N,16+4*N)':cb=128:cr=128", "-vf", "tinterlace=interleave_top,fieldorder=tff", "-flags", "+ilme+ildct", "-c:v", "mpeg4", "-q:v", "1", "-pix_fmt", "yuv420p");
        List<RgbImage> frames = [.. FrameReader.Read(path)];
        Assert.Equal(10, frames.Count);
        Assert.All(frames, frame => Assert.InRange(Comb(frame), 0, 2));
    }

    private static string? TryRead(string path)
    {
        try
        {
            _ = FrameReader.Read(path).Count();
            return null;
        }
        catch (InputException refusal)
        {
            return refusal.Message;
        }
    }

    /// <summary>Mean difference of neighbouring lines.</summary>
    private static double Comb(RgbImage image) =>
        Enumerable.Range(0, image.Pixels.Length - 3 * image.Width).Average(i => Math.Abs(image.Pixels[i] - image.Pixels[i + 3 * image.Width]));

    private static double Brightness(RgbImage image, int fromRow, int toRow) =>
        image.Pixels[(3 * fromRow * image.Width)..(3 * toRow * image.Width)].Average(level => (double)level);

    private string Video(string name, params string[] arguments)
    {
        Tool.Run("ffmpeg", ["-v", "error", "-y", .. arguments, _folder[name]]);
        return _folder[name];
    }

    private string Picture()
    {
        using ImageWriter writer = new(_folder["corners.png"], Size);
        writer.Write(Corners());
        writer.Complete();
        return _folder["corners.png"];
    }

    private byte[] Encoded(string extension)
    {
        string path = _folder["plain" + extension];
        Tool.Run("ffmpeg", ["-v", "error", "-y", "-i", Picture(), .. extension == ".webp" ? ["-lossless", "1"] : Array.Empty<string>(), "-frames:v", "1", path]);
        return File.ReadAllBytes(path);
    }

    private static readonly (char Name, byte[] Rgb)[] Colours = [('R', [255, 0, 0]), ('G', [0, 255, 0]), ('B', [0, 0, 255]), ('W', [255, 255, 255])];

    private static byte[] Corners() =>
        [.. Enumerable.Range(0, Size.Width * Size.Height).SelectMany(i => Colours[(i % Size.Width >= Size.Width / 2 ? 1 : 0) + (i / Size.Width >= Size.Height / 2 ? 2 : 0)].Rgb)];

    /// <summary>The colours at the middles of the quarters, row by row.</summary>
    private static string CornersOf(RgbImage image) => string.Concat(
        from y in new[] { image.Height / 4, 3 * image.Height / 4 }
        from x in new[] { image.Width / 4, 3 * image.Width / 4 }
        let pixel = image.Pixels.AsSpan(3 * (y * image.Width + x), 3).ToArray()
        select Colours.MinBy(colour => colour.Rgb.Zip(pixel).Sum(pair => Math.Abs(pair.First - pair.Second))).Name);
}
