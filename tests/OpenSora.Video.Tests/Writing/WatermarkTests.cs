using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.TestKit;
using OpenSora.Video.Reading;
using OpenSora.Video.Writing;

namespace OpenSora.Video.Tests.Writing;

public sealed class WatermarkTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(240, 424)]
    [InlineData(144, 80)] // narrower than the mark would be
    [InlineData(32, 32)]
    public void TheMarkIsAtTheTopLeftAndTheVideoStays(int height, int width)
    {
        FrameSize size = new(height, width);
        byte[] black = new byte[size.Rgb24Bytes];
        string video = _folder["my.clip.mp4"];
        using (VideoWriter writer = new(video, size, new FrameRate(24)))
        {
            for (int frame = 0; frame < 5; frame++)
                writer.Write(black);
            writer.Complete();
        }
        byte[] before = File.ReadAllBytes(video);

        string marked = Watermark.Write(video, size);
        Assert.Equal(_folder["my.clip_watermark.mp4"], marked);
        Assert.Equal(["my.clip.mp4", "my.clip_watermark.mp4"], _folder.Files);
        Assert.Equal(before, File.ReadAllBytes(video));
        RgbImage[] frames = [.. FrameReader.Read(marked)];
        Assert.Equal(5, frames.Length);
        Assert.All(frames, frame =>
        {
            Assert.Equal((width, height), (frame.Width, frame.Height));
            Assert.Contains(frame.Pixels.Take(3 * width * Math.Max(1, height / 10)), value => value > 60);
            Assert.DoesNotContain(frame.Pixels.Skip(3 * width * (2 + (height / 10))), value => value > 20);
        });
    }

    [Fact]
    public void AMissingVideoIsAnErrorThatLeavesNothing()
    {
        Assert.Throws<CardException>(() => Watermark.Write(_folder["none.mp4"], new FrameSize(48, 80)));
        Assert.Empty(_folder.Files);
    }

    public void Dispose() => _folder.Dispose();
}
