using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp;

internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial Tensor ost_linear(Tensor x, Tensor weight, Tensor? bias);

    [LibraryImport(Library)]
    internal static partial Tensor ost_softmax(Tensor x, long dim, int type);

    [LibraryImport(Library)]
    internal static partial Tensor ost_layer_norm(Tensor x, ReadOnlySpan<long> shape, int n, Tensor? weight, Tensor? bias, double eps);

    [LibraryImport(Library)]
    internal static partial Tensor ost_group_norm(Tensor x, long groups, Tensor? weight, Tensor? bias, double eps);

    [LibraryImport(Library)]
    internal static partial Tensor ost_conv1d(Tensor x, Tensor weight, Tensor? bias, ReadOnlySpan<long> stride, ReadOnlySpan<long> padding, ReadOnlySpan<long> dilation, long groups);

    [LibraryImport(Library)]
    internal static partial Tensor ost_conv2d(Tensor x, Tensor weight, Tensor? bias, ReadOnlySpan<long> stride, ReadOnlySpan<long> padding, ReadOnlySpan<long> dilation, long groups);

    [LibraryImport(Library)]
    internal static partial Tensor ost_conv3d(Tensor x, Tensor weight, Tensor? bias, ReadOnlySpan<long> stride, ReadOnlySpan<long> padding, ReadOnlySpan<long> dilation, long groups);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial Tensor ost_pad(Tensor x, ReadOnlySpan<long> pad, int n, string mode, double value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial Tensor ost_interpolate(Tensor x, ReadOnlySpan<long> size, int n, ReadOnlySpan<double> scale, int m, string mode, Flag alignCorners);

    [LibraryImport(Library)]
    internal static partial Tensor ost_one_hot(Tensor x, long classes);

    [LibraryImport(Library)]
    internal static partial Tensor ost_mse_loss(Tensor x, Tensor target, long reduction);

    [LibraryImport(Library)]
    internal static partial Tensor ost_l1_loss(Tensor x, Tensor target, long reduction);

    [LibraryImport(Library)]
    internal static partial Tensor ost_scaled_dot_product_attention(Tensor q, Tensor k, Tensor v, Tensor? mask, double dropout, Flag causal);
}
