using OpenSora.Layout.Decoding;

namespace OpenSora.Planning.Work;

/// <summary>
/// One layer of an autoencoder. Numbers, not bytes: the type is not known here. Layers run one after the other, so efforts
/// add up and memory is that of the layer with most.
/// </summary>
/// <param name="Parameters">Numbers of its weights.</param>
/// <param name="Flops">A multiplication with an addition is two.</param>
/// <param name="Touched">Numbers read and written.</param>
/// <param name="Live">Numbers that exist at once, the layer's input among them.</param>
/// <param name="Copied">Numbers that exist besides while a processor's convolution works on copies of its input and result in another order.</param>
/// <param name="Kernels">Launches.</param>
internal readonly record struct LayerCost(long Parameters, double Flops, double Touched, long Live, long Copied, double Kernels)
{
    /// <summary>A convolution that keeps the positions, on an input that its caller has let go of.</summary>
    /// <param name="taps">Weights of a kernel: 9 or 27, or 1.</param>
    /// <param name="copies">Such copies, as a multiple of the input.</param>
    public static LayerCost Convolution(long from, long to, long taps, bool bias, long positions, double copies) => new(
        from * to * taps + (bias ? to : 0), 2.0 * from * to * taps * positions, (double)(from + to) * positions,
        (from + to) * positions, taps == 1 ? 0 : (long)(copies * from * positions), 1);

    /// <summary>x + conv2(silu(norm2(conv1(silu(norm1(x)))))), with a convolution of one tap where the channels change.</summary>
    public static LayerCost Residual(long from, long to, long taps, bool bias, long positions, double copies)
    {
        long parameters = 2 * from + 2 * to + taps * to * (from + to) + (bias ? 2 * to : 0) + (from == to ? 0 : from * to + (bias ? to : 0));
        double flops = 2.0 * positions * to * (taps * (from + to) + (from == to ? 0 : from));
        // While the first convolution runs there are x, its norm and the result; while the second does, x, the hidden, its norm and the result.
        double first = 2 * from + to + copies * from, second = from + 3 * to + copies * to;
        long live = first >= second ? 2 * from + to : from + 3 * to;
        return new LayerCost(parameters, flops, 6.0 * (from + to) * positions, live * positions, (long)((Math.Max(first, second) - live) * positions), 8);
    }

    /// <summary>
    /// The same layer with its input made a band of rows at a time, as RowBands does: there are the image itself and what the layer
    /// keeps of it, and a band, its result, and copies of both in another order.
    /// </summary>
    /// <param name="kept">Numbers that exist at once.</param>
    public LayerCost InBands(long kept) => this with { Live = kept, Copied = 4 * CacheRoom.Band };

    /// <summary>Group norm, SiLU and a convolution, as at the end of a decoder.</summary>
    public static LayerCost NormConvolution(long from, long to, long taps, long positions, double copies)
    {
        LayerCost convolution = Convolution(from, to, taps, bias: true, positions, copies);
        return convolution with
        {
            Parameters = convolution.Parameters + 2 * from,
            Touched = convolution.Touched + 4.0 * from * positions,
            Live = (2 * from + to) * positions,
            Kernels = 4,
        };
    }
}
