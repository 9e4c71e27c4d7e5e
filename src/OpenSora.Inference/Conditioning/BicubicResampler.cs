namespace OpenSora.Inference.Conditioning;

/// <summary>
/// Pillow's BICUBIC resize of 8-bit RGB, level for level: cubic convolution with a = -0.5 (Keys, 1981) whose support grows
/// with the reduction, first along rows, then along columns, in 22-bit fixed point with 8-bit results between.
/// </summary>
public static class BicubicResampler
{
    private const double Support = 2, A = -0.5;

    private const int Precision = 22;

    /// <summary>Interleaved RGB of another size; the same bytes where the size is the same.</summary>
    public static byte[] Resize(ReadOnlySpan<byte> rgb, int height, int width, int newHeight, int newWidth)
    {
        byte[] wide = width == newWidth ? rgb.ToArray() : Along(rgb, height, width, newWidth, step: 3, line: width * 3, newStep: 3, newLine: newWidth * 3);
        return height == newHeight ? wide : Along(wide, newWidth, height, newHeight, step: newWidth * 3, line: 3, newStep: newWidth * 3, newLine: 3);
    }

    /// <summary>Resamples <paramref name="lines"/> lines of <paramref name="length"/> pixels that lie <c>step</c> bytes apart.</summary>
    private static byte[] Along(ReadOnlySpan<byte> source, int lines, int length, int newLength, int step, int line, int newStep, int newLine)
    {
        byte[] target = new byte[lines * newLength * 3];
        for (int to = 0; to < newLength; to++)
        {
            (int first, int[] weights) = Weights(to, length, newLength);
            for (int at = 0; at < lines; at++)
            {
                for (int channel = 0; channel < 3; channel++)
                {
                    int sum = 1 << (Precision - 1);
                    for (int i = 0; i < weights.Length; i++)
                        sum += source[at * line + (first + i) * step + channel] * weights[i];
                    target[at * newLine + to * newStep + channel] = (byte)Math.Clamp(sum >> Precision, 0, 255);
                }
            }
        }
        return target;
    }

    private static (int First, int[] Weights) Weights(int to, int length, int newLength)
    {
        double scale = (double)length / newLength, widened = Math.Max(1, scale);
        double middle = (to + 0.5) * scale, reach = Support * widened;
        int first = Math.Max(0, (int)(middle - reach + 0.5)), end = Math.Min(length, (int)(middle + reach + 0.5));
        // Pillow multiplies by the reciprocal; a division would now and then give another last bit of the fixed-point weight.
        double narrowing = 1 / widened;
        double[] weights = [.. Enumerable.Range(first, end - first).Select(i => Cubic((i - middle + 0.5) * narrowing))];
        double sum = weights.Sum();
        return (first, [.. weights.Select(weight => Fixed(weight / sum))]);
    }

    private static int Fixed(double weight) => (int)(weight * (1 << Precision) + (weight < 0 ? -0.5 : 0.5));

    private static double Cubic(double x)
    {
        x = Math.Abs(x);
        return x < 1 ? ((A + 2) * x - (A + 3)) * x * x + 1
            : x < 2 ? (((x - 5) * x + 8) * x - 4) * A
            : 0;
    }
}
