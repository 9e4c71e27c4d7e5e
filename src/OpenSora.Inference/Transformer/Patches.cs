using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Transformer;

/// <summary>
/// Latents as tokens and back. A token holds a patch of 2 × 2 cells, cell by cell from the top left, all channels of a
/// cell together: index (row · 2 + column) · channels + channel, the order in which the network predicts.
/// </summary>
public static class Patches
{
    private const long Side = 2;

    /// <summary>[c, T, h, w] → [T, S, 4c]. Odd sizes are padded with zeros on the right and at the bottom.</summary>
    public static Tensor FromLatent(Tensor latent)
    {
        long c = latent.shape[0], t = latent.shape[1], h = latent.shape[2], w = latent.shape[3];
        long rows = (h + 1) / Side, columns = (w + 1) / Side;
        using DisposeScope scope = NewDisposeScope();
        Tensor padded = h % Side == 0 && w % Side == 0 ? latent : nn.functional.pad(latent, [0, columns * Side - w, 0, rows * Side - h]);
        return padded.reshape(c, t, rows, Side, columns, Side)
            .permute(1, 2, 4, 3, 5, 0)                       // [T, H', W', 2, 2, c]
            .reshape(t, rows * columns, Side * Side * c)
            .contiguous()
            .MoveToOuterDisposeScope();
    }

    /// <summary>[T, S, 4c] → [c, T, h, w]: the inverse, without the padding.</summary>
    public static Tensor ToLatent(Tensor tokens, long height, long width)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor cells = Cells(tokens, height, width);         // [T, H', W', 2, 2, c]
        long rows = cells.shape[1], columns = cells.shape[2];
        return cells.permute(5, 0, 1, 3, 2, 4)               // [c, T, H', 2, W', 2]
            .reshape(cells.shape[5], cells.shape[0], rows * Side, columns * Side)
            .narrow(2, 0, height).narrow(3, 0, width)
            .contiguous()
            .MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Sets the padded cells of tokens [T, S, 4c] to zero, in place. The original pads the latent anew in each step; tokens
    /// that stay tokens for all steps must not collect what the network predicts there.
    /// </summary>
    public static void ClearPadding(Tensor tokens, long height, long width)
    {
        if (height % Side == 0 && width % Side == 0)
            return;
        using DisposeScope scope = NewDisposeScope();
        Tensor cells = Cells(tokens, height, width);
        if (height % Side != 0)
            cells.select(1, cells.shape[1] - 1).select(2, 1).zero_();
        if (width % Side != 0)
            cells.select(2, cells.shape[2] - 1).select(3, 1).zero_();
    }

    private static Tensor Cells(Tensor tokens, long height, long width)
    {
        long t = tokens.shape[0], channels = tokens.shape[2] / (Side * Side);
        return tokens.view(t, (height + 1) / Side, (width + 1) / Side, Side, Side, channels);
    }
}
