using OpenSora.Torch.Kernels;
using static TorchSharp.torch;

namespace OpenSora.Torch;

public static unsafe partial class FusedKernels
{
    /// <summary>
    /// Mean, and 1 / √(variance + epsilon), of each group of channels: a group's numbers lie side by side, and its variance
    /// is that of all of them.
    /// </summary>
    /// <param name="x">[B, C, …]</param>
    /// <param name="groups">G, which divides C.</param>
    /// <returns>Two of [B, G].</returns>
    public static (Tensor Mean, Tensor Inverse) Moments(Tensor x, long groups, double epsilon)
    {
        using var _ = OperationTimes.Measure("moments");
        long runs = x.shape[0] * groups;
        Check(groups > 0 && x.ndim > 1 && x.shape[1] % groups == 0, x);
        Tensor mean = empty(x.shape[0], groups), inverse = empty(x.shape[0], groups);
        s_kernels.Moments(At(x), runs, x.numel() / runs, (float)epsilon, At(mean), At(inverse));
        Keep(x, mean, inverse);
        return (mean, inverse);
    }

    /// <summary>SiLU(x · scale + shift) of some rows.</summary>
    /// <param name="x">[B, C, H, W]</param>
    /// <param name="scale">[B, C]</param>
    /// <param name="shift">[B, C]</param>
    /// <param name="first">First of the rows.</param>
    /// <param name="to">[B, C, rows, W]: a part of a dense tensor that is larger in height and width only.</param>
    public static void ScaledSilu(Tensor x, Tensor scale, Tensor shift, long first, Tensor to)
    {
        using var _ = OperationTimes.Measure("scaled_silu");
        long[] size = to.shape, strides = to.stride();
        if (strides[3] != 1 || size[0] > 1 && strides[0] != size[1] * strides[1])
            throw new ArgumentException($"the target's strides are [{string.Join(", ", strides)}]: its planes must lie at equal distances", nameof(to));
        Check(size.Length == 4 && x.ndim == 4 && x.shape[0] == size[0] && x.shape[1] == size[1] && x.shape[3] == size[3] && first >= 0 && first + size[2] <= x.shape[2]
            && scale.numel() == size[0] * size[1] && shift.numel() == scale.numel(), x, scale, shift, to);
        Planes planes = new(Count: size[0] * size[1], size[2], size[3], FromPlane: x.shape[2] * x.shape[3], strides[1], strides[2]);
        s_kernels.ScaledSilu(At(x) + first * size[3], At(scale), At(shift), At(to), planes);
        Keep(x, scale, shift, to);
    }

    /// <summary>The 4 × 4 pixels around each tile of 2 × 2, as Winograd's F(2 × 2, 3 × 3) multiplies them (arXiv 1509.09308).</summary>
    /// <param name="x">[C, 2 · rows + 2, 2 · columns + 2]: dense rows of a larger tensor.</param>
    /// <param name="to">[16, C, rows · columns]</param>
    public static void WinogradInput(Tensor x, Tensor to)
    {
        using var _ = OperationTimes.Measure("winograd_input");
        Tiles tiles = TilesOf(x, border: 2, to);
        s_kernels.WinogradInput(At(x), At(to), tiles);
        Keep(x, to);
    }

    /// <summary>Pixels of products of such tiles with kernels, plus a bias for each channel.</summary>
    /// <param name="products">[16, C, rows · columns]</param>
    /// <param name="bias">[C], or null.</param>
    /// <param name="to">[C, 2 · rows, 2 · columns]: dense rows of a larger tensor.</param>
    /// <param name="adds">Whether the pixels are added to those of <paramref name="to"/>.</param>
    public static void WinogradOutput(Tensor products, Tensor? bias, Tensor to, bool adds)
    {
        using var _ = OperationTimes.Measure("winograd_output");
        Tiles tiles = TilesOf(to, border: 0, products);
        Check(bias is null || bias.numel() == tiles.Planes, products, bias, to);
        s_kernels.WinogradOutput(At(products), At(bias), At(to), adds, tiles);
        Keep(products, bias, to);
    }

    private static Tiles TilesOf(Tensor image, long border, Tensor tiles)
    {
        long[] size = image.shape, strides = image.stride();
        Check(size.Length == 3 && strides[2] == 1 && (size[1] - border) % 2 == 0 && (size[2] - border) % 2 == 0 && tiles.is_contiguous()
            && tiles.shape.SequenceEqual([16, size[0], (size[1] - border) / 2 * ((size[2] - border) / 2)]), image, tiles);
        return new Tiles(size[0], (size[1] - border) / 2, (size[2] - border) / 2, strides[0], strides[1]);
    }
}
