using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Layers;

/// <summary>Convolutions of images and of clips, with input channels in a number that every processor takes rightly.</summary>
internal static class Convolutions
{
    /// <summary>
    /// oneDNN keeps channels in blocks of 8 or 16. Where a processor does not tell its caches, as in some virtual machines, it loses
    /// the channels of a last block that is not full, unless that is the only block (seen in version 3.7.1).
    /// </summary>
    private const long Block = 16;

    /// <summary>A number that is one block at most, of either size.</summary>
    private const long Few = 8;

    /// <param name="x">[B, in, h, w] or [B, in, T, h, w]</param>
    /// <param name="weight">[out, in, kernel, kernel] or [out, in, kernel, kernel, kernel]</param>
    /// <param name="bias">[out]</param>
    /// <returns>[B, out, h', w'] or [B, out, T', h', w']</returns>
    public static Tensor Of(Tensor x, Tensor weight, Tensor? bias, long[]? stride = null, long[]? padding = null)
    {
        using DisposeScope scope = NewDisposeScope();
        if (x.shape[1] is var channels && channels > Few && channels % Block > 0 && x.device.type != DeviceType.CUDA)
            (x, weight) = (WithZeros(x, Block - channels % Block), WithZeros(weight, Block - channels % Block));
        Tensor y = x.dim() == 5 ? nn.functional.conv3d(x, weight, bias, stride, padding) : nn.functional.conv2d(x, weight, bias, stride, padding);
        return y.MoveToOuterDisposeScope();
    }

    private static Tensor WithZeros(Tensor x, long channels)
    {
        long[] shape = x.shape;
        shape[1] = channels;
        return cat([x, zeros(shape, dtype: x.dtype, device: x.device)], 1);
    }
}
