using OpenSora.Layout.Decoding;
using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Layers;

/// <summary>
/// Convolutions of images, a band of rows at a time: what one takes is made for the rows of a band only, and the rows around
/// it that its kernel sees. Nothing is approximated, as nothing is blended; norms take their statistics from whole images.
/// Bands follow from the sizes alone.
/// </summary>
public static class RowBands
{
    /// <summary>Numbers of a band's input on devices without kernels of our own: few launches and all frames of a batch at once, up to about 720p.</summary>
    public const long OnDevice = 1 << 28;

    /// <summary>Below this the rows of the kernel that two bands both make cost too much.</summary>
    private const long FewestRows = 4;

    /// <summary>The convolution of all rows.</summary>
    /// <param name="input">[B, in, h, w]</param>
    /// <param name="sum">[B, out, h', w'], to which the result is added in place; null for a new tensor.</param>
    /// <param name="most">Numbers of a band's input; null for what suits the device.</param>
    /// <returns>[B, out, h', w']: <paramref name="sum"/> where it is given.</returns>
    internal static Tensor Convolve(Conv2d convolution, ImageRows input, Tensor? sum = null, long? most = null)
    {
        bool inCache = input.IsFused && FusedKernels.CanTake(convolution.Weight);
        long border = convolution.Before + convolution.After;
        long height = (input.Height + border - convolution.Kernel) / convolution.Stride + 1;
        long ofRow = input.Batch * input.Channels * (input.Width + border);
        long rows = Math.Max(FewestRows, ((most ?? (inCache ? CacheRoom.Band : OnDevice)) / ofRow - convolution.Kernel) / convolution.Stride + 1) / 2 * 2;
        using DisposeScope whole = NewDisposeScope();
        Tensor? winograd = inCache && convolution.Stride == 1 && Winograd.Suits(convolution.Weight, height * input.Width) ? Winograd.Kernels(convolution.Weight) : null;
        if (rows >= height && !inCache)
            return Added(convolution.forward(input.All()), sum);

        input.Begin();
        Tensor? result = sum;
        for (long first = 0; first < height; first += rows)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor padded = Band(convolution, input, first, Math.Min(rows, height - first));
            if (winograd is not null)
            {
                result ??= empty([input.Batch, convolution.Weight.shape[0], height, input.Width]).MoveToOuterDisposeScope();
                Winograd.Convolve(padded, winograd, convolution.Bias, result.narrow(2, first, Math.Min(rows, height - first)), adds: sum is not null);
                continue;
            }
            Tensor band = convolution.ConvolvePadded(padded);
            if (rows >= height)
                return Added(band.MoveToOuterDisposeScope(), sum);
            result ??= empty([band.shape[0], band.shape[1], height, band.shape[3]], dtype: band.dtype, device: band.device).MoveToOuterDisposeScope();
            Tensor target = result.narrow(2, first, band.shape[2]);
            _ = sum is null ? target.copy_(band) : target.Add(band);
        }
        return sum ?? result!.MoveToOuterDisposeScope();
    }

    private static Tensor Added(Tensor result, Tensor? sum) => sum?.Add(result) ?? result.MoveToOuterDisposeScope();

    /// <summary>The input of some rows of the output, with zeros where it reaches over the edge.</summary>
    private static Tensor Band(Conv2d convolution, ImageRows input, long first, long rows)
    {
        long from = first * convolution.Stride - convolution.Before, to = from + (rows - 1) * convolution.Stride + convolution.Kernel;
        long top = Math.Max(0, from), bottom = Math.Min(input.Height, to);
        long[] size = [input.Batch, input.Channels, to - from, input.Width + convolution.Before + convolution.After];
        bool hasBorder = size[3] > input.Width || bottom - top < size[2];
        Tensor band = hasBorder ? zeros(size, dtype: input.Type, device: input.Device) : empty(size, dtype: input.Type, device: input.Device);
        input.Write(top, band.narrow(2, top - from, bottom - top).narrow(3, convolution.Before, input.Width));
        return band;
    }
}
