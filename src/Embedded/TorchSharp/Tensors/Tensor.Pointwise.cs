namespace TorchSharp;

public static partial class torch
{
    /// <summary>Functions of each element. The form with an underscore works in place and gives this tensor.</summary>
    public partial class Tensor
    {
        public Tensor abs() => Native.ost_abs(this);
        public Tensor abs_() => Done(Native.ost_abs_(this));
        public Tensor ceil() => Native.ost_ceil(this);
        public Tensor ceil_() => Done(Native.ost_ceil_(this));
        public Tensor cos() => Native.ost_cos(this);
        public Tensor cos_() => Done(Native.ost_cos_(this));
        public Tensor erf() => Native.ost_erf(this);
        public Tensor erf_() => Done(Native.ost_erf_(this));
        public Tensor exp() => Native.ost_exp(this);
        public Tensor exp_() => Done(Native.ost_exp_(this));
        public Tensor floor() => Native.ost_floor(this);
        public Tensor floor_() => Done(Native.ost_floor_(this));
        public Tensor log() => Native.ost_log(this);
        public Tensor log_() => Done(Native.ost_log_(this));
        public Tensor neg() => Native.ost_neg(this);
        public Tensor neg_() => Done(Native.ost_neg_(this));
        public Tensor reciprocal() => Native.ost_reciprocal(this);
        public Tensor reciprocal_() => Done(Native.ost_reciprocal_(this));
        public Tensor relu() => Native.ost_relu(this);
        public Tensor relu_() => Done(Native.ost_relu_(this));
        public Tensor rsqrt() => Native.ost_rsqrt(this);
        public Tensor rsqrt_() => Done(Native.ost_rsqrt_(this));
        public Tensor sigmoid() => Native.ost_sigmoid(this);
        public Tensor sigmoid_() => Done(Native.ost_sigmoid_(this));
        public Tensor silu() => Native.ost_silu(this);
        public Tensor silu_() => Done(Native.ost_silu_(this));
        public Tensor sin() => Native.ost_sin(this);
        public Tensor sin_() => Done(Native.ost_sin_(this));
        public Tensor sqrt() => Native.ost_sqrt(this);
        public Tensor sqrt_() => Done(Native.ost_sqrt_(this));
        public Tensor tanh() => Native.ost_tanh(this);
        public Tensor tanh_() => Done(Native.ost_tanh_(this));
        public Tensor trunc() => Native.ost_trunc(this);
        public Tensor trunc_() => Done(Native.ost_trunc_(this));
        public Tensor negative() => neg();
        public Tensor square() => pow(2);
        public Tensor sign() => Native.ost_sign(this);
        public Tensor gelu() => Native.ost_gelu(this, tanhForm: false);
        public Tensor isnan() => Native.ost_isnan(this);
        public Tensor isinf() => Native.ost_isinf(this);
        public Tensor isfinite() => Native.ost_isfinite(this);
        public Tensor logical_not() => Native.ost_logical_not(this);
        public Tensor logical_not_() => Done(Native.ost_logical_not_(this));
        public Tensor bitwise_not() => Native.ost_bitwise_not(this);

        /// <summary>To the nearest number of that many decimals, halves to even.</summary>
        public Tensor round(long decimals = 0L) => Native.ost_round(this, decimals);
        public Tensor round_(long decimals = 0L) => Done(Native.ost_round_(this, decimals));

        public Tensor clamp(Scalar? min = null, Scalar? max = null) => Native.ost_clamp(this, min, max);
        public Tensor clamp(Tensor? min = null, Tensor? max = null) => Native.ost_clamp_tensor(this, min, max);
        public Tensor clamp_(Scalar? min = null, Scalar? max = null) => Done(Native.ost_clamp_(this, min, max));
        public Tensor clamp_min(Scalar min) => clamp(min, (Scalar?)null);
        public Tensor clamp_max(Scalar max) => clamp((Scalar?)null, max);

        /// <summary>exp(x) over a dimension, divided by its sum.</summary>
        /// <param name="dtype">Converts before, so that nothing overflows.</param>
        public Tensor softmax(long dim, ScalarType? dtype = null) => Native.ost_softmax(this, dim, Native.Code(dtype));
    }
}
