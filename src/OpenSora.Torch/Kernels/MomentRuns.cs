using System.Runtime.CompilerServices;

namespace OpenSora.Torch.Kernels;

/// <summary>
/// Mean and 1 / √(variance + epsilon) of each run of <c>count</c> numbers. Runs are long: each piece that fits into cache is summed by
/// itself, in two passes so that squares do not cancel, and pieces are put together in double (Chan, Golub and LeVeque, 1979).
/// </summary>
internal readonly unsafe struct MomentRuns<T>(float* x, long runs, long count, float epsilon, float* mean, float* inverse) : IRows
    where T : unmanaged, ILanes<T>
{
    private const long Piece = 4096;

    public long Rows => runs;

    public long Cost => 2 * count;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Compute(long first, long end)
    {
        for (long r = first; r < end; r++)
        {
            double middle = 0, squares = 0;
            for (long at = 0; at < count; at += Piece)
            {
                float* from = x + r * count + at;
                long n = Math.Min(Piece, count - at);
                double own = (double)Sums.Of<T>(from, n) / n;
                double slip = own - (float)own, step = own - middle;
                squares += Sums.OfSquares<T>(from, n, (float)own) - n * slip * slip + step * step * ((double)at * n / (at + n));
                middle += step * n / (at + n);
            }
            mean[r] = (float)middle;
            inverse[r] = (float)(1 / Math.Sqrt(squares / count + epsilon));
        }
    }
}
