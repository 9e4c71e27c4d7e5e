using OpenSora.Layout.Clips;
using OpenSora.Layout.Models;
using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Transformer;

/// <summary>
/// The two-dimensional sine and cosine embedding that Open-Sora 1.2 adds to the patches of every frame
/// (<c>PositionEmbedding2D</c>). It is scaled so that a clip of any size covers the range that training saw.
/// </summary>
internal static class PositionEmbedding
{
    private const double Theta = 10000;

    /// <summary>The embedding of all patches of a frame, [S, C]: first half by column, second half by row.</summary>
    public static Tensor Of(ClipShape clip, STDiT3Config config, Precision precision, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        long rows = clip.PatchRows, columns = clip.PatchColumns, half = config.HiddenSize / 2;
        double scale = NominalSide(clip, precision) / config.InputSqSize;
        double side = Math.Round(Math.Sqrt(clip.Positions));

        // The original keeps these as a buffer, which model.to(dtype) rounds; what follows is float32 again.
        Tensor exponents = Arithmetic.Range(half, ScalarType.Float32, step: 2).Over(half);
        Tensor frequencies = precision.RoundToFloat(pow(exponents.FullLike(Theta), exponents).reciprocal()); // [C/4]
        Tensor byColumn = Axis(columns, scale, side, frequencies).unsqueeze(0).expand(rows, columns, half);
        Tensor byRow = Axis(rows, scale, side, frequencies).unsqueeze(1).expand(rows, columns, half);
        Tensor embedding = cat([byColumn, byRow], -1).view(clip.Positions, 2 * half);
        return precision.Round(embedding).to(device).MoveToOuterDisposeScope();
    }

    /// <summary>Sines, then cosines, of the positions of one axis: [count, C/2].</summary>
    private static Tensor Axis(long count, double scale, double side, Tensor frequencies)
    {
        Tensor positions = Arithmetic.Range(count, ScalarType.Float32).Over(scale).Times(side / count);
        Tensor angles = outer(positions, frequencies);
        return cat([sin(angles), cos(angles)], -1);
    }

    /// <summary>Pixels of the side of a square with the clip's nominal area; sizes are rounded to the model's type as the original does.</summary>
    private static double NominalSide(ClipShape clip, Precision precision) =>
        Math.Sqrt(Rounding.To(precision.Model, clip.Height) * (double)Rounding.To(precision.Model, clip.Width));
}
