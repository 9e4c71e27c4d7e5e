namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>Functions of images and videos: [batch, channels, …].</summary>
        public static partial class functional
        {
            public static Tensor conv1d(Tensor input, Tensor weight, Tensor? bias = null, long? stride = null, long? padding = null, long? dilation = null, long groups = 1) =>
                Native.ost_conv1d(input, weight, bias, [stride ?? 1], [padding ?? 0], [dilation ?? 1], groups);

            /// <param name="strides">Of height and width; one number counts for both.</param>
            public static Tensor conv2d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? dilation = null, long groups = 1) =>
                Native.ost_conv2d(input, weight, bias, Each(strides, 2, 1), Each(padding, 2, 0), Each(dilation, 2, 1), groups);

            /// <param name="strides">Of depth, height and width; one number counts for all.</param>
            public static Tensor conv3d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? dilation = null, long groups = 1) =>
                Native.ost_conv3d(input, weight, bias, Each(strides, 3, 1), Each(padding, 3, 0), Each(dilation, 3, 1), groups);

            /// <summary>Widens the dimensions, the last one first: before, after, before, after, …</summary>
            public static Tensor pad(Tensor input, ReadOnlySpan<long> pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                Native.ost_pad(input, pad, pad.Length, mode switch
                {
                    PaddingModes.Constant or PaddingModes.Zeros => "constant",
                    PaddingModes.Reflect => "reflect",
                    PaddingModes.Replicate => "replicate",
                    PaddingModes.Circular => "circular",
                    _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "no such mode"),
                }, value);

            public static Tensor pad(Tensor input, long[] pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, pad.AsSpan(), mode, value);

            public static Tensor pad(Tensor input, (long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, [pad.Item1, pad.Item2], mode, value);

            public static Tensor pad(Tensor input, (long, long, long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, [pad.Item1, pad.Item2, pad.Item3, pad.Item4], mode, value);

            /// <summary>Other sizes of the dimensions after the second, given as sizes or as factors.</summary>
            /// <exception cref="NotSupportedException">Area and NearestExact, antialiasing, and factors that are computed anew.</exception>
            public static Tensor interpolate(Tensor x, long[]? size = null, double[]? scale_factor = null, InterpolationMode mode = InterpolationMode.Nearest, bool? align_corners = null, bool recompute_scale_factor = false, bool antialias = false)
            {
                if (size is null == scale_factor is null)
                    throw new ArgumentException("interpolate: give either sizes or factors");
                if (recompute_scale_factor || antialias)
                    throw new NotSupportedException("interpolate: recompute_scale_factor and antialias");
                string kind = mode switch
                {
                    InterpolationMode.Nearest => "nearest",
                    InterpolationMode.Linear or InterpolationMode.Bilinear or InterpolationMode.Trilinear => "linear",
                    InterpolationMode.Bicubic => "bicubic",
                    _ => throw new NotSupportedException($"interpolate: {mode}"),
                };
                return Native.ost_interpolate(x, size, size?.Length ?? 0, scale_factor, scale_factor?.Length ?? 0, kind, align_corners ?? false);
            }

            private static long[] Each(long[]? values, int rank, long otherwise)
            {
                if (values is not null && values.Length == rank)
                    return values;
                if (values is { Length: > 1 })
                    throw new ArgumentException($"{values.Length} numbers for {rank} dimensions");
                long[] each = new long[rank];
                Array.Fill(each, values is { Length: 1 } ? values[0] : otherwise);
                return each;
            }
        }
    }
}
