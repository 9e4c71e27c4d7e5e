using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Layers;

/// <summary>
/// Convolutions with kernels of 3 × 3 in 2.25 times fewer multiplications: F(2 × 2, 3 × 3) of Lavin and Gray, arXiv 1509.09308. A tile of
/// 2 × 2 pixels takes 16 products of matrices. It is float32 throughout; its sums differ from the direct ones in their last bits.
/// Kernels over time are a sum of three such convolutions, of three frames.
/// </summary>
internal static class Winograd
{
    /// <summary>Fewer channels are too little for a product.</summary>
    private const long FewestChannels = 32;

    /// <summary>With fewer pixels, making the kernels and packing them costs more than is saved.</summary>
    private const long FewestPixels = 1024;

    /// <summary>Tiles of a product, about: enough to run near full speed, few enough to stay in cache.</summary>
    private const long TilesAtOnce = 512;

    /// <summary>G, which takes the three taps of a row to four.</summary>
    private static readonly float[][] s_rows = [[1, 0, 0], [.5f, .5f, .5f], [.5f, -.5f, .5f], [0, 0, 1]];

    /// <summary>Whether a convolution with stride 1 is faster so.</summary>
    /// <param name="weight">[out, in, 3, 3] or [out, in, 3, 3, 3], else it is not.</param>
    /// <param name="pixels">Of a frame that is given.</param>
    public static bool Suits(Tensor weight, long pixels) =>
        weight.shape is [>= FewestChannels, >= FewestChannels, .. var kernel] && kernel.All(size => size == 3)
        && pixels >= FewestPixels && FusedKernels.CanTake(weight);

    /// <summary>G g Gᵀ of each kernel.</summary>
    /// <returns>[16, time, out, in], time 1 for kernels of images.</returns>
    public static Tensor Kernels(Tensor weight)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] d = weight.shape;
        Tensor taps = d.Length == 5 ? weight.permute(2, 0, 1, 3, 4) : weight.unsqueeze(0); // [time, out, in, 3, 3]
        Tensor both = tensor([.. s_rows.SelectMany(_ => s_rows, (a, b) => a.SelectMany(_ => b, (x, y) => x * y)).SelectMany(row => row)], 16, 9); // G ⊗ G
        return both.mm(taps.reshape(-1, 9).t()).view(16, taps.shape[0], d[0], d[1]).MoveToOuterDisposeScope();
    }

    /// <summary>The convolution of an input that has its zeros around it.</summary>
    /// <param name="x">[B, in, h + 2, w + 2], or [B, in, T + 2, h + 2, w + 2] for kernels over time.</param>
    /// <param name="kernels">What <see cref="Kernels"/> gives.</param>
    /// <param name="bias">[out], or null.</param>
    /// <param name="to">[B, out, h, w] or [B, out, T, h, w]: rows are dense.</param>
    /// <param name="adds">Whether it is added to what is there.</param>
    public static void Convolve(Tensor x, Tensor kernels, Tensor? bias, Tensor to, bool adds = false)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor clips = x.ndim == 5 ? x : x.unsqueeze(2), target = to.ndim == 5 ? to : to.unsqueeze(2); // [B, channels, frames, height, width]
        long height = target.shape[3], width = target.shape[4];
        if (height % 2 + width % 2 > 0)
        {
            long[] even = [.. target.shape[..3], height + height % 2, width + width % 2];
            Tensor larger = empty(even);
            Convolve(nn.functional.pad(clips, [0, width % 2, 0, height % 2]), kernels, bias, larger);
            Tensor y = larger.narrow(3, 0, height).narrow(4, 0, width);
            _ = adds ? target.Add(y) : target.copy_(y);
            return;
        }
        long rows = height / 2, atOnce = Math.Min(rows, Math.Max(1, TilesAtOnce / (width / 2)));
        Tensor[] kept = [.. Enumerable.Range(0, (int)kernels.shape[1]).Select(_ => empty(16 * clips.shape[1] * atOnce * (width / 2)))];
        for (long b = 0; b < clips.shape[0]; b++)
            for (long row = 0; row < rows; row += atOnce)
            {
                using DisposeScope band = NewDisposeScope();
                long count = Math.Min(atOnce, rows - row);
                ConvolveRows(clips[b].narrow(2, 2 * row, 2 * count + 2), kernels, bias, target[b].narrow(2, 2 * row, 2 * count), adds, kept);
            }
    }

    /// <summary>Some rows of all frames: [in, frames, rows + 2, w + 2] → [out, frames', rows, w].</summary>
    /// <param name="kept">Room for the tiles of as many frames as a kernel sees, 16 · in · tiles each.</param>
    private static void ConvolveRows(Tensor x, Tensor kernels, Tensor? bias, Tensor y, bool adds, Tensor[] kept)
    {
        long time = kernels.shape[1], tiles = y.shape[2] / 2 * (y.shape[3] / 2);
        Tensor[] inputs = [.. kept.Select(room => room.narrow(0, 0, 16 * x.shape[0] * tiles).view(16, x.shape[0], tiles))];
        for (long frame = 0; frame < x.shape[1]; frame++)
        {
            using DisposeScope scope = NewDisposeScope();
            FusedKernels.WinogradInput(x.select(1, frame), inputs[frame % time]);
            if (frame < time - 1)
                continue;
            Tensor sum = kernels.select(1, 0).bmm(inputs[(frame + 1) % time]);
            for (long k = 1; k < time; k++)
                sum = kernels.select(1, k).baddbmm(inputs[(frame + 1 + k) % time], sum); // TorchSharp takes the sum last
            FusedKernels.WinogradOutput(sum, bias, y.select(1, frame - time + 1), adds);
        }
    }
}
