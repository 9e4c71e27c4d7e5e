using OpenSora.Torch;
using static TorchSharp.torch;

namespace OpenSora.Inference.Layers;

/// <summary>What a convolution takes, made from an image [B, C, h, w] some rows at a time.</summary>
/// <param name="x">The image; it must live for as long as rows are asked for.</param>
/// <param name="scale">Rows and columns that become of one.</param>
internal abstract class ImageRows(Tensor x, long scale = 1)
{
    /// <summary>The image as it is.</summary>
    public static ImageRows Of(Tensor x) => new PlainRows(x);

    /// <summary>Each pixel four times: twice the rows and columns.</summary>
    public static ImageRows Doubled(Tensor x) => new DoubledRows(x);

    /// <summary>SiLU of the norm of the image.</summary>
    public static ImageRows NormSilu(GroupNorm norm, Tensor x) => new NormSiluRows(norm, x);

    public long Batch => x.shape[0];

    public long Channels => x.shape[1];

    public long Height => scale * x.shape[2];

    public long Width => scale * x.shape[3];

    public ScalarType Type => x.dtype;

    public Device Device => x.device;

    /// <summary>Whether the image can be taken by kernels of our own.</summary>
    public virtual bool IsFused => FusedKernels.CanTake(x);

    /// <summary>All rows, [B, C, H, W]; they may share the image's memory.</summary>
    public abstract Tensor All();

    /// <summary>Before the first rows are written: what all of them need, in the caller's dispose scope.</summary>
    public virtual void Begin()
    {
    }

    /// <summary>Writes the rows from <paramref name="first"/> on.</summary>
    /// <param name="to">[B, C, rows, W], a part of a dense tensor that is larger in height and width only.</param>
    public abstract void Write(long first, Tensor to);

    private sealed class PlainRows(Tensor x) : ImageRows(x)
    {
        private readonly Tensor _x = x;

        public override Tensor All() => _x.alias();

        public override void Write(long first, Tensor to) => to.copy_(_x.narrow(2, first, to.shape[2]));
    }

    private sealed class DoubledRows(Tensor x) : ImageRows(x, scale: 2)
    {
        private readonly Tensor _x = x;

        public override Tensor All() => Double(_x);

        public override void Write(long first, Tensor to)
        {
            long rows = to.shape[2], from = first / 2, end = (first + rows + 1) / 2;
            to.copy_(Double(_x.narrow(2, from, end - from)).narrow(2, first - 2 * from, rows));
        }

        private static Tensor Double(Tensor x) => nn.functional.interpolate(x, scale_factor: [2.0, 2.0], mode: InterpolationMode.Nearest);
    }

    private sealed class NormSiluRows(GroupNorm norm, Tensor x) : ImageRows(x)
    {
        private readonly Tensor _x = x;
        private (Tensor Scale, Tensor Shift) _affine;

        public override bool IsFused => norm.IsFused(_x);

        public override Tensor All() => norm.forward(_x).silu_();

        public override void Begin() => _affine = norm.Affine(_x);

        public override void Write(long first, Tensor to)
        {
            (Tensor scale, Tensor shift) = _affine;
            if (IsFused)
            {
                FusedKernels.ScaledSilu(_x, scale, shift, first, to);
                return;
            }
            Tensor rows = _x.narrow(2, first, to.shape[2]).to(ScalarType.Float32);
            to.copy_((rows * scale.unsqueeze(-1).unsqueeze(-1)).Plus(shift.unsqueeze(-1).unsqueeze(-1)).to(_x.dtype).silu_());
        }
    }
}
