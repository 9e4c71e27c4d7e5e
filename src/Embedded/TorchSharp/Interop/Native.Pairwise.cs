using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp;

internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial Tensor ost_eq(Tensor x, Tensor y);

    [LibraryImport(Library)]
    internal static partial Tensor ost_eq_scalar(Tensor x, Scalar y);

    [LibraryImport(Library)]
    internal static partial int ost_eq_(Tensor x, Tensor y);

    [LibraryImport(Library)]
    internal static partial int ost_eq_scalar_(Tensor x, Scalar y);

    [LibraryImport(Library)]
    internal static partial Tensor ost_ge(Tensor x, Tensor y);

    [LibraryImport(Library)]
    internal static partial Tensor ost_ge_scalar(Tensor x, Scalar y);

    [LibraryImport(Library)]
    internal static partial int ost_ge_(Tensor x, Tensor y);

    [LibraryImport(Library)]
    internal static partial int ost_ge_scalar_(Tensor x, Scalar y);

    [LibraryImport(Library)]
    internal static partial Tensor ost_gt(Tensor x, Tensor y);

    [LibraryImport(Library)]
    internal static partial Tensor ost_gt_scalar(Tensor x, Scalar y);

    [LibraryImport(Library)]
    internal static partial int ost_gt_(Tensor x, Tensor y);

    [LibraryImport(Library)]
    internal static partial int ost_gt_scalar_(Tensor x, Scalar y);

    [LibraryImport(Library)]
    internal static partial Tensor ost_le(Tensor x, Tensor y);

    [LibraryImport(Library)]
    internal static partial Tensor ost_le_scalar(Tensor x, Scalar y);

    [LibraryImport(Library)]
    internal static partial int ost_le_(Tensor x, Tensor y);

    [LibraryImport(Library)]
    internal static partial int ost_le_scalar_(Tensor x, Scalar y);

    [LibraryImport(Library)]
    internal static partial Tensor ost_lt(Tensor x, Tensor y);

    [LibraryImport(Library)]
    internal static partial Tensor ost_lt_scalar(Tensor x, Scalar y);

    [LibraryImport(Library)]
    internal static partial int ost_lt_(Tensor x, Tensor y);

    [LibraryImport(Library)]
    internal static partial int ost_lt_scalar_(Tensor x, Scalar y);

    [LibraryImport(Library)]
    internal static partial Tensor ost_mul(Tensor x, Tensor y);

    [LibraryImport(Library)]
    internal static partial Tensor ost_mul_scalar(Tensor x, Scalar y);

    [LibraryImport(Library)]
    internal static partial int ost_mul_(Tensor x, Tensor y);

    [LibraryImport(Library)]
    internal static partial int ost_mul_scalar_(Tensor x, Scalar y);

    [LibraryImport(Library)]
    internal static partial Tensor ost_ne(Tensor x, Tensor y);

    [LibraryImport(Library)]
    internal static partial Tensor ost_ne_scalar(Tensor x, Scalar y);

    [LibraryImport(Library)]
    internal static partial int ost_ne_(Tensor x, Tensor y);

    [LibraryImport(Library)]
    internal static partial int ost_ne_scalar_(Tensor x, Scalar y);

    [LibraryImport(Library)]
    internal static partial Tensor ost_pow(Tensor x, Tensor y);

    [LibraryImport(Library)]
    internal static partial Tensor ost_pow_scalar(Tensor x, Scalar y);

    [LibraryImport(Library)]
    internal static partial int ost_pow_(Tensor x, Tensor y);

    [LibraryImport(Library)]
    internal static partial int ost_pow_scalar_(Tensor x, Scalar y);

    [LibraryImport(Library)]
    internal static partial Tensor ost_remainder(Tensor x, Tensor y);

    [LibraryImport(Library)]
    internal static partial Tensor ost_remainder_scalar(Tensor x, Scalar y);

    [LibraryImport(Library)]
    internal static partial int ost_remainder_(Tensor x, Tensor y);

    [LibraryImport(Library)]
    internal static partial int ost_remainder_scalar_(Tensor x, Scalar y);

    [LibraryImport(Library)]
    internal static partial Tensor ost_bitwise_and(Tensor x, Tensor y);

    [LibraryImport(Library)]
    internal static partial Tensor ost_bitwise_or(Tensor x, Tensor y);

    [LibraryImport(Library)]
    internal static partial Tensor ost_bitwise_xor(Tensor x, Tensor y);

    [LibraryImport(Library)]
    internal static partial Tensor ost_logical_and(Tensor x, Tensor y);

    [LibraryImport(Library)]
    internal static partial Tensor ost_logical_or(Tensor x, Tensor y);

    [LibraryImport(Library)]
    internal static partial Tensor ost_maximum(Tensor x, Tensor y);

    [LibraryImport(Library)]
    internal static partial Tensor ost_minimum(Tensor x, Tensor y);

    [LibraryImport(Library)]
    internal static partial Tensor ost_add(Tensor x, Tensor y, Scalar alpha);

    [LibraryImport(Library)]
    internal static partial Tensor ost_add_scalar(Tensor x, Scalar y, Scalar alpha);

    [LibraryImport(Library)]
    internal static partial int ost_add_(Tensor x, Tensor y, Scalar alpha);

    [LibraryImport(Library)]
    internal static partial int ost_add_scalar_(Tensor x, Scalar y, Scalar alpha);

    [LibraryImport(Library)]
    internal static partial Tensor ost_sub(Tensor x, Tensor y, Scalar alpha);

    [LibraryImport(Library)]
    internal static partial Tensor ost_sub_scalar(Tensor x, Scalar y, Scalar alpha);

    [LibraryImport(Library)]
    internal static partial int ost_sub_(Tensor x, Tensor y, Scalar alpha);

    [LibraryImport(Library)]
    internal static partial int ost_sub_scalar_(Tensor x, Scalar y, Scalar alpha);

    [LibraryImport(Library)]
    internal static partial Tensor ost_div(Tensor x, Tensor y, int mode);

    [LibraryImport(Library)]
    internal static partial Tensor ost_div_scalar(Tensor x, Scalar y, int mode);

    [LibraryImport(Library)]
    internal static partial int ost_div_(Tensor x, Tensor y, int mode);

    [LibraryImport(Library)]
    internal static partial int ost_div_scalar_(Tensor x, Scalar y, int mode);
}
