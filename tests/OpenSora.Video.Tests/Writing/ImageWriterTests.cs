using FsCheck;
using FsCheck.Fluent;
using OpenSora.Contracts.Clips;
using OpenSora.TestKit;
using OpenSora.Video.Reading;
using OpenSora.Video.Writing;

namespace OpenSora.Video.Tests.Writing;

public sealed class ImageWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void PixelsComeBackExactly() => Prop.ForAll(Gen.Choose(8, 70).ToArbitrary(), Gen.Choose(8, 70).ToArbitrary(), (height, width) =>
    {
        FrameSize size = new(height, width);
        byte[] pixels = TestFrames.ColourNoise(size, height * width);
        Write(_folder["picture.png"], size, pixels);
        RgbImage read = FrameReader.ReadImage(_folder["picture.png"]);
        return read.Width == width && read.Height == height && read.Pixels.AsSpan().SequenceEqual(pixels);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(4));

    [Fact]
    public void TheSamePixelsGiveTheSameBytes()
    {
        FrameSize size = new(48, 80);
        Write(_folder["a.png"], size, TestFrames.Smooth(size, 0));
        Write(_folder["b.png"], size, TestFrames.Smooth(size, 0));
        Assert.Equal(File.ReadAllBytes(_folder["a.png"]), File.ReadAllBytes(_folder["b.png"]));
    }

    [Fact]
    public void AnUnfinishedPictureLeavesNothing()
    {
        FrameSize size = new(48, 80);
        using (ImageWriter writer = new(_folder["a.png"], size))
        {
            Assert.Throws<InvalidOperationException>(writer.Complete);
            writer.Write(TestFrames.Smooth(size, 0));
            Assert.Throws<InvalidOperationException>(() => writer.Write(TestFrames.Smooth(size, 0)));
        }
        Assert.Empty(_folder.Files);
    }

    public void Dispose() => _folder.Dispose();

    private static void Write(string path, FrameSize size, byte[] pixels)
    {
        using ImageWriter writer = new(path, size);
        writer.Write(pixels);
        writer.Complete();
    }
}
