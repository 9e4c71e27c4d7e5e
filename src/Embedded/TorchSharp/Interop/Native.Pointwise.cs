using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp;

internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial Tensor ost_abs(Tensor x);

    [LibraryImport(Library)]
    internal static partial int ost_abs_(Tensor x);

    [LibraryImport(Library)]
    internal static partial Tensor ost_ceil(Tensor x);

    [LibraryImport(Library)]
    internal static partial int ost_ceil_(Tensor x);

    [LibraryImport(Library)]
    internal static partial Tensor ost_cos(Tensor x);

    [LibraryImport(Library)]
    internal static partial int ost_cos_(Tensor x);

    [LibraryImport(Library)]
    internal static partial Tensor ost_erf(Tensor x);

    [LibraryImport(Library)]
    internal static partial int ost_erf_(Tensor x);

    [LibraryImport(Library)]
    internal static partial Tensor ost_exp(Tensor x);

    [LibraryImport(Library)]
    internal static partial int ost_exp_(Tensor x);

    [LibraryImport(Library)]
    internal static partial Tensor ost_floor(Tensor x);

    [LibraryImport(Library)]
    internal static partial int ost_floor_(Tensor x);

    [LibraryImport(Library)]
    internal static partial Tensor ost_log(Tensor x);

    [LibraryImport(Library)]
    internal static partial int ost_log_(Tensor x);

    [LibraryImport(Library)]
    internal static partial Tensor ost_neg(Tensor x);

    [LibraryImport(Library)]
    internal static partial int ost_neg_(Tensor x);

    [LibraryImport(Library)]
    internal static partial Tensor ost_reciprocal(Tensor x);

    [LibraryImport(Library)]
    internal static partial int ost_reciprocal_(Tensor x);

    [LibraryImport(Library)]
    internal static partial Tensor ost_relu(Tensor x);

    [LibraryImport(Library)]
    internal static partial int ost_relu_(Tensor x);

    [LibraryImport(Library)]
    internal static partial Tensor ost_rsqrt(Tensor x);

    [LibraryImport(Library)]
    internal static partial int ost_rsqrt_(Tensor x);

    [LibraryImport(Library)]
    internal static partial Tensor ost_sigmoid(Tensor x);

    [LibraryImport(Library)]
    internal static partial int ost_sigmoid_(Tensor x);

    [LibraryImport(Library)]
    internal static partial Tensor ost_silu(Tensor x);

    [LibraryImport(Library)]
    internal static partial int ost_silu_(Tensor x);

    [LibraryImport(Library)]
    internal static partial Tensor ost_sin(Tensor x);

    [LibraryImport(Library)]
    internal static partial int ost_sin_(Tensor x);

    [LibraryImport(Library)]
    internal static partial Tensor ost_sqrt(Tensor x);

    [LibraryImport(Library)]
    internal static partial int ost_sqrt_(Tensor x);

    [LibraryImport(Library)]
    internal static partial Tensor ost_tanh(Tensor x);

    [LibraryImport(Library)]
    internal static partial int ost_tanh_(Tensor x);

    [LibraryImport(Library)]
    internal static partial Tensor ost_trunc(Tensor x);

    [LibraryImport(Library)]
    internal static partial int ost_trunc_(Tensor x);

    [LibraryImport(Library)]
    internal static partial Tensor ost_bitwise_not(Tensor x);

    [LibraryImport(Library)]
    internal static partial Tensor ost_isfinite(Tensor x);

    [LibraryImport(Library)]
    internal static partial Tensor ost_isinf(Tensor x);

    [LibraryImport(Library)]
    internal static partial Tensor ost_isnan(Tensor x);

    [LibraryImport(Library)]
    internal static partial Tensor ost_logical_not(Tensor x);

    [LibraryImport(Library)]
    internal static partial Tensor ost_sign(Tensor x);

    [LibraryImport(Library)]
    internal static partial int ost_logical_not_(Tensor x);

    [LibraryImport(Library)]
    internal static partial Tensor ost_round(Tensor x, long decimals);

    [LibraryImport(Library)]
    internal static partial int ost_round_(Tensor x, long decimals);

    [LibraryImport(Library)]
    internal static partial Tensor ost_clamp(Tensor x, Scalar? low, Scalar? high);

    [LibraryImport(Library)]
    internal static partial int ost_clamp_(Tensor x, Scalar? low, Scalar? high);

    [LibraryImport(Library)]
    internal static partial Tensor ost_clamp_tensor(Tensor x, Tensor? low, Tensor? high);

    [LibraryImport(Library)]
    internal static partial Tensor ost_addcmul(Tensor x, Tensor a, Tensor b, Scalar value);

    [LibraryImport(Library)]
    internal static partial int ost_addcmul_(Tensor x, Tensor a, Tensor b, Scalar value);

    [LibraryImport(Library)]
    internal static partial Tensor ost_addcdiv(Tensor x, Tensor a, Tensor b, Scalar value);

    [LibraryImport(Library)]
    internal static partial int ost_addcdiv_(Tensor x, Tensor a, Tensor b, Scalar value);

    [LibraryImport(Library)]
    internal static partial Tensor ost_lerp(Tensor x, Tensor end, Tensor weight);

    [LibraryImport(Library)]
    internal static partial Tensor ost_gelu(Tensor x, Flag tanhForm);
}
