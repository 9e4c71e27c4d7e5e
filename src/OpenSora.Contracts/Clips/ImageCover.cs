namespace OpenSora.Contracts.Clips;

/// <summary>
/// Scales a picture until it covers a frame, and cuts the middle (<c>resize_crop_to_fill</c> of Open-Sora 1.2), while its rows come: only those that
/// the frame needs are kept, and those scaled. The scaling is Pillow's BICUBIC of 8-bit RGB, level for level: cubic convolution with a = -0.5
/// (Keys, 1981) whose support grows with the reduction, first along rows, then along columns, in 22-bit fixed point with 8-bit results between.
/// </summary>
public sealed class ImageCover
{
    private const double Support = 2, A = -0.5;

    private const int Precision = 22, Channels = 3;

    private readonly FrameSize _size;
    private readonly int _rowBytes, _firstRow, _endRow;
    private readonly Taps[] _columns, _rows;

    /// <summary>Of each row that is needed: the frame's columns, [row, x, channel].</summary>
    private readonly byte[] _wide;
    private int _row;

    /// <param name="width">Of the picture.</param>
    /// <param name="height">Of the picture.</param>
    /// <param name="size">Of the frame.</param>
    public ImageCover(int width, int height, FrameSize size)
    {
        _size = size;
        _rowBytes = Channels * width;
        (int newHeight, int newWidth) = Covering(width, height, size);
        // Python rounds half to even, too.
        int top = (int)Math.Round((newHeight - size.Height) / 2.0), left = (int)Math.Round((newWidth - size.Width) / 2.0);
        _columns = [.. Enumerable.Range(left, size.Width).Select(to => Taps.Of(to, width, newWidth))];
        _rows = [.. Enumerable.Range(top, size.Height).Select(to => Taps.Of(to, height, newHeight))];
        (_firstRow, _endRow) = (_rows.Min(taps => taps.First), _rows.Max(taps => taps.First + taps.Weights.Length));
        _wide = new byte[Channels * size.Width * (_endRow - _firstRow)];
    }

    /// <summary>The whole picture as a frame, RGB24.</summary>
    public static byte[] Of(RgbImage image, FrameSize size)
    {
        ImageCover cover = new(image.Width, image.Height, size);
        cover.Add(image.Pixels);
        return cover.Finish();
    }

    /// <summary>The smallest size of the same proportions that covers a frame, rounded half to even as Python does.</summary>
    public static (int Height, int Width) Covering(int width, int height, FrameSize size)
    {
        double byHeight = (double)size.Height / height, byWidth = (double)size.Width / width;
        return byHeight > byWidth ? (size.Height, (int)Math.Round(width * byHeight)) : ((int)Math.Round(height * byWidth), size.Width);
    }

    /// <summary>The next rows of the picture, whole.</summary>
    public void Add(ReadOnlySpan<byte> rgb)
    {
        int line = Channels * _size.Width;
        for (; rgb.Length > 0; rgb = rgb[_rowBytes..], _row++)
            if (_row >= _firstRow && _row < _endRow)
                Narrow(rgb[.._rowBytes], _wide.AsSpan((_row - _firstRow) * line, line));
    }

    /// <summary>The frame, when all rows were added: RGB24.</summary>
    public byte[] Finish()
    {
        int line = Channels * _size.Width;
        byte[] frame = new byte[_size.Rgb24Bytes];
        int[] sums = new int[line];
        for (int to = 0; to < _rows.Length; to++)
        {
            Array.Fill(sums, 1 << (Precision - 1));
            for (int i = 0; i < _rows[to].Weights.Length; i++)
            {
                int weight = _rows[to].Weights[i];
                ReadOnlySpan<byte> row = _wide.AsSpan((_rows[to].First - _firstRow + i) * line, line);
                for (int at = 0; at < sums.Length; at++)
                    sums[at] += row[at] * weight;
            }
            Span<byte> target = frame.AsSpan(to * line, line);
            for (int at = 0; at < sums.Length; at++)
                target[at] = Level(sums[at]);
        }
        return frame;
    }

    private void Narrow(ReadOnlySpan<byte> row, Span<byte> target)
    {
        for (int to = 0; to < _columns.Length; to++)
        {
            ReadOnlySpan<int> weights = _columns[to].Weights;
            ReadOnlySpan<byte> pixels = row.Slice(Channels * _columns[to].First, Channels * weights.Length);
            int red = 1 << (Precision - 1), green = red, blue = red;
            for (int i = 0; i < weights.Length; i++)
            {
                red += pixels[Channels * i] * weights[i];
                green += pixels[(Channels * i) + 1] * weights[i];
                blue += pixels[(Channels * i) + 2] * weights[i];
            }
            (target[Channels * to], target[(Channels * to) + 1], target[(Channels * to) + 2]) = (Level(red), Level(green), Level(blue));
        }
    }

    private static byte Level(int sum) => (byte)Math.Clamp(sum >> Precision, 0, byte.MaxValue);

    /// <summary>What of a line goes into one pixel of another length.</summary>
    private readonly record struct Taps(int First, int[] Weights)
    {
        public static Taps Of(int to, int length, int newLength)
        {
            double scale = (double)length / newLength, widened = Math.Max(1, scale);
            double middle = (to + 0.5) * scale, reach = Support * widened;
            int first = Math.Max(0, (int)(middle - reach + 0.5)), end = Math.Min(length, (int)(middle + reach + 0.5));
            // Pillow multiplies by the reciprocal; a division would now and then give another last bit of the fixed-point weight.
            double narrowing = 1 / widened;
            double[] weights = [.. Enumerable.Range(first, end - first).Select(i => Cubic((i - middle + 0.5) * narrowing))];
            double sum = weights.Sum();
            return new Taps(first, [.. weights.Select(weight => Fixed(weight / sum))]);
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
}
