using OpenSora.Contracts.Clips;
using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Conditioning;

/// <summary>
/// Brings references to the size of the clip: scaled until they cover it, then cut from the middle
/// (<c>resize_crop_to_fill</c> of Open-Sora 1.2 for images, its transform for videos).
/// </summary>
public static class ResizeCrop
{
    /// <summary>An image as pixels [3, 1, H, W] in [-1, 1].</summary>
    public static Tensor Image(RgbImage image, FrameSize size)
    {
        using DisposeScope scope = NewDisposeScope();
        return Normalised(Planes(ImageBytes(image, size), size.Height, size.Width)).MoveToOuterDisposeScope();
    }

    /// <summary>An image as 8-bit RGB, [H, W, 3]: Pillow's bicubic filter.</summary>
    public static byte[] ImageBytes(RgbImage image, FrameSize size)
    {
        (int height, int width) = Covering(image, size);
        byte[] scaled = BicubicResampler.Resize(image.Pixels, image.Height, image.Width, height, width);
        int top = (int)Math.Round((height - size.Height) / 2.0), left = (int)Math.Round((width - size.Width) / 2.0);
        byte[] cut = new byte[size.Rgb24Bytes];
        for (int row = 0; row < size.Height; row++)
            scaled.AsSpan(((top + row) * width + left) * 3, size.Width * 3).CopyTo(cut.AsSpan(row * size.Width * 3));
        return cut;
    }

    /// <summary>A frame of a video as pixels [3, 1, H, W] in [-1, 1]: torch's bilinear filter on floats, as in the original.</summary>
    public static Tensor VideoFrame(RgbImage frame, FrameSize size)
    {
        using DisposeScope scope = NewDisposeScope();
        (int height, int width) = Covering(frame, size);
        Tensor scaled = nn.functional.interpolate(
            Planes(frame.Pixels, frame.Height, frame.Width).transpose(0, 1), size: [height, width], mode: InterpolationMode.Bilinear, align_corners: false);
        Tensor cut = scaled.narrow(2, (height - size.Height) / 2, size.Height).narrow(3, (width - size.Width) / 2, size.Width);
        return Normalised(cut.transpose(0, 1).contiguous()).MoveToOuterDisposeScope();
    }

    /// <summary>The smallest size of the same proportions that covers the target, rounded half to even as Python does.</summary>
    private static (int Height, int Width) Covering(RgbImage image, FrameSize size)
    {
        double byHeight = (double)size.Height / image.Height, byWidth = (double)size.Width / image.Width;
        return byHeight > byWidth
            ? (size.Height, (int)Math.Round(image.Width * byHeight))
            : ((int)Math.Round(image.Height * byWidth), size.Width);
    }

    /// <summary>[H, W, 3] bytes → [3, 1, H, W] in [0, 1]</summary>
    private static Tensor Planes(byte[] rgb, int height, int width)
    {
        Tensor bytes = empty(height, width, 3, dtype: ScalarType.Byte);
        TensorMemory.CopyFrom(bytes, rgb);
        return bytes.permute(2, 0, 1).unsqueeze(1).to(ScalarType.Float32).contiguous().Over(255);
    }

    private static Tensor Normalised(Tensor pixels) => pixels.Minus(0.5).Over(0.5);
}
