using OpenSora.Contracts.Clips;
using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Conditioning;

/// <summary>
/// Brings references to the size of the clip: scaled until they cover it, then cut from the middle
/// (<see cref="ImageCover"/> for images, which whoever sends them may have done before; the original's transform for videos).
/// </summary>
public static class ResizeCrop
{
    /// <summary>An image as pixels [3, 1, H, W] in [-1, 1].</summary>
    public static Tensor Image(RgbImage image, FrameSize size)
    {
        using DisposeScope scope = NewDisposeScope();
        return Normalised(Planes(ImageCover.Of(image, size), size.Height, size.Width)).MoveToOuterDisposeScope();
    }

    /// <summary>A frame of a video as pixels [3, 1, H, W] in [-1, 1]: torch's bilinear filter on floats, as in the original.</summary>
    public static Tensor VideoFrame(RgbImage frame, FrameSize size)
    {
        using DisposeScope scope = NewDisposeScope();
        (int height, int width) = ImageCover.Covering(frame.Width, frame.Height, size);
        Tensor scaled = nn.functional.interpolate(
            Planes(frame.Pixels, frame.Height, frame.Width).transpose(0, 1), size: [height, width], mode: InterpolationMode.Bilinear, align_corners: false);
        Tensor cut = scaled.narrow(2, (height - size.Height) / 2, size.Height).narrow(3, (width - size.Width) / 2, size.Width);
        return Normalised(cut.transpose(0, 1).contiguous()).MoveToOuterDisposeScope();
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
