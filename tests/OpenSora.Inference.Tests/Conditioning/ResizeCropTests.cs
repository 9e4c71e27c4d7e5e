using FsCheck;
using FsCheck.Fluent;
using OpenSora.Contracts.Clips;
using OpenSora.Inference.Conditioning;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Conditioning;

public class ResizeCropTests
{
    [Fact]
    public void Any_picture_fills_any_frame() => Prop.ForAll(Pictures().ToArbitrary(), Sizes().ToArbitrary(), (picture, size) =>
    {
        using DisposeScope scope = NewDisposeScope();
        return new[] { ResizeCrop.Image(picture, size), ResizeCrop.VideoFrame(picture, size) }.All(pixels =>
            pixels.shape.AsSpan().SequenceEqual([3, 1, size.Height, size.Width])
            && pixels.min().ToSingle() >= -1.00001f && pixels.max().ToSingle() <= 1.00001f);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_picture_of_the_right_size_stays_as_it_is() => Prop.ForAll(Pictures().ToArbitrary(), picture =>
    {
        using DisposeScope scope = NewDisposeScope();
        FrameSize size = new(picture.Height, picture.Width);
        Tensor pixels = ResizeCrop.Image(picture, size);
        return ImageCover.Of(picture, size).AsSpan().SequenceEqual(picture.Pixels)
            && (pixels - ResizeCrop.VideoFrame(picture, size)).abs().max().ToSingle() == 0
            && pixels[2, 0, 1, 3].ToSingle() == ((picture.Pixels[(picture.Width + 3) * 3 + 2] / 255f) - 0.5f) / 0.5f;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void One_colour_stays_one_colour() => Prop.ForAll(Sizes().ToArbitrary(), Sizes().ToArbitrary(), (from, to) =>
    {
        byte[] pixels = new byte[from.Rgb24Bytes];
        Array.Fill(pixels, (byte)77);
        return Array.TrueForAll(ImageCover.Of(new RgbImage(from.Width, from.Height, pixels), to), value => value == 77);
    }).QuickCheckThrowOnFailure();

    /// <summary>A row of 13 columns over a frame of 8: 5 hang over, and the half of 5 is 2 either way; of 7 it is 4 and 3.</summary>
    [Theory]
    [InlineData(13, 2, 2)]
    [InlineData(15, 4, 3)]
    public void What_hangs_over_is_cut_as_the_original_rounds_it(int width, int leftOfImage, int leftOfVideo)
    {
        using DisposeScope scope = NewDisposeScope();
        byte[] pixels = new byte[8 * width * 3];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)(10 * (i / 3 % width));
        RgbImage picture = new(width, 8, pixels);
        Assert.Equal(10 * leftOfImage, ImageCover.Of(picture, new FrameSize(8, 8))[0]);
        Assert.Equal(10 * leftOfVideo, Math.Round((ResizeCrop.VideoFrame(picture, new FrameSize(8, 8))[0, 0, 0, 0].ToSingle() + 1) * 127.5));
    }

    private static Gen<FrameSize> Sizes() =>
        from height in Gen.Choose(8, 60)
        from width in Gen.Choose(8, 60)
        select new FrameSize(height, width);

    private static Gen<RgbImage> Pictures() =>
        from height in Gen.Choose(8, 70)
        from width in Gen.Choose(8, 70)
        from seed in Gen.Choose(0, int.MaxValue)
        select Picture(width, height, seed);

    private static RgbImage Picture(int width, int height, int seed)
    {
        byte[] pixels = new byte[3 * width * height];
        new Random(seed).NextBytes(pixels);
        return new RgbImage(width, height, pixels);
    }
}
