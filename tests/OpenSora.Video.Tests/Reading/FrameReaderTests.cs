using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.TestKit;
using OpenSora.Video.Reading;
using OpenSora.Video.Writing;

namespace OpenSora.Video.Tests.Reading;

public sealed class FrameReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("image_0.png", 64, 48)]
    [InlineData("image_1.png", 30, 50)]
    [InlineData("image_2.png", 131, 97)]
    [InlineData("image_3.png", 80, 48)]
    public void AnImageIsOneFrame(string name, int width, int height)
    {
        RgbImage image = Assert.Single(FrameReader.Read(Path.Combine(Repository.Golden, "case7_utils", name)));
        Assert.Equal((width, height), (image.Width, image.Height));
    }

    [Theory]
    [InlineData(".png", 0)]
    [InlineData(".bmp", 0)]
    [InlineData(".ppm", 0)]
    [InlineData(".tif", 0)]
    [InlineData(".jpg", 12)]
    [InlineData(".webp", 12)]
    public void EveryImageFormatIsRead(string extension, int tolerance)
    {
        byte[] pixels = Picture(out string png);
        string path = _folder[$"50% of %03d{extension}"];
        Tool.Run("ffmpeg", "-v", "error", "-y", "-i", png, "-frames:v", "1", extension == ".webp" ? "-quality" : "-q:v", extension == ".webp" ? "100" : "1", "-f", "image2", "-update", "1", _folder["x" + extension]);
        File.Move(_folder["x" + extension], path, overwrite: true);
        RgbImage read = FrameReader.ReadImage(path);
        Assert.Equal((32, 24), (read.Width, read.Height));
        Assert.All(read.Pixels.Zip(pixels), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, tolerance));
    }

    [Fact]
    public void TheContentCountsAndNotTheExtension()
    {
        byte[] pixels = Picture(out string png);
        File.Copy(png, _folder["really.jpg"]);
        Assert.Equal(pixels, FrameReader.ReadImage(_folder["really.jpg"]).Pixels);
    }

    [Theory]
    [InlineData(".mp4")]
    [InlineData(".avi")]
    [InlineData(".mov")]
    [InlineData(".mkv")]
    [InlineData(".mpeg.jpg", "mpegts")]
    [InlineData("", "matroska")]
    public void EveryVideoFormatIsReadFrameByFrame(string extension, string? container = null)
    {
        FrameSize size = new(48, 80);
        string path = _folder["in.mp4"];
        using (VideoWriter writer = new(path, size, new FrameRate(25)))
        {
            for (int frame = 0; frame < 19; frame++)
                writer.Write(TestFrames.Smooth(size, frame));
            writer.Complete();
        }
        string other = _folder["out" + extension];
        Tool.Run("ffmpeg", ["-v", "error", "-y", "-i", path, "-c", "copy", .. container is null ? Array.Empty<string>() : ["-f", container], other]);
        Psnr psnr = new();
        int read = 0;
        foreach (RgbImage frame in FrameReader.Read(other))
            psnr.Add(TestFrames.Smooth(size, read++), frame.Pixels);
        Assert.Equal(19, read);
        Assert.True(psnr.Rgb > 38, $"{psnr.Rgb:0.00} dB");
    }

    [Fact]
    public void StoppingEarlyEndsTheDecoder()
    {
        FrameSize size = new(48, 80);
        using (VideoWriter writer = new(_folder["in.mp4"], size, new FrameRate(25)))
        {
            for (int frame = 0; frame < 200; frame++)
                writer.Write(TestFrames.Smooth(size, frame));
            writer.Complete();
        }
        Assert.Equal(2, FrameReader.Read(_folder["in.mp4"]).Take(2).Count());
        File.Delete(_folder["in.mp4"]);
    }

    [Theory]
    [InlineData("cut.png")]
    [InlineData("cut.jpg")]
    [InlineData("noise.png")]
    [InlineData("noise.mp4")]
    [InlineData("empty.png")]
    [InlineData("empty.mp4")]
    [InlineData("missing.png")]
    [InlineData("missing.mp4")]
    public void ADamagedFileIsTheUsersErrorAndNamesIt(string name)
    {
        string path = _folder[name];
        Picture(out string png);
        Tool.Run("ffmpeg", "-v", "error", "-y", "-i", png, _folder["whole.jpg"]);
        byte[] noise = new byte[20_000];
        new Random(1).NextBytes(noise);
        byte[]? content = name switch
        {
            "cut.png" => File.ReadAllBytes(png)[..^200],
            "cut.jpg" => File.ReadAllBytes(_folder["whole.jpg"])[..^200],
            "noise.png" or "noise.mp4" => noise,
            "empty.png" or "empty.mp4" => [],
            _ => null,
        };
        if (content is not null)
            File.WriteAllBytes(path, content);
        Assert.Contains(path, Assert.Throws<InputException>(() => FrameReader.Read(path).ToList()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ACutVideoIsAnErrorAndNotAShorterVideo()
    {
        FrameSize size = new(96, 160);
        using (VideoWriter writer = new(_folder["in.mp4"], size, new FrameRate(25)))
        {
            for (int frame = 0; frame < 20; frame++)
                writer.Write(TestFrames.ColourNoise(size, frame));
            writer.Complete();
        }
        File.WriteAllBytes(_folder["cut.mp4"], File.ReadAllBytes(_folder["in.mp4"])[..^100_000]);
        Assert.Throws<InputException>(() => FrameReader.Read(_folder["cut.mp4"]).ToList());
    }

    /// <summary>As phones and browsers record it.</summary>
    [Theory]
    [InlineData("libvpx-vp9")]
    [InlineData("libvpx")]
    public void WebmIsRead(string codec)
    {
        string path = _folder["x.webm"];
        Tool.Run("ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc=s=64x48:r=10:d=0.7", "-c:v", codec, path);
        Assert.Equal(MediaKind.Video, MediaKinds.Of(path));
        Assert.Equal(7, FrameReader.Read(path).Count());
    }

    [Theory]
    [InlineData("a.png")]
    [InlineData("a.mp4")]
    [InlineData("a")]
    public void WhatIsNotThereIsRefused(string name) =>
        Assert.Contains($"{name} does not exist", Assert.Throws<InputException>(() => FrameReader.Read(_folder[name])).Message, StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();

    /// <summary>A small picture, and its PNG.</summary>
    private byte[] Picture(out string png)
    {
        FrameSize size = new(24, 32);
        byte[] pixels = TestFrames.Smooth(size, 0);
        png = _folder["picture.png"];
        using ImageWriter writer = new(png, size);
        writer.Write(pixels);
        writer.Complete();
        return pixels;
    }
}
