namespace TorchSharp;

public static partial class torch
{
    /// <summary>How a quotient becomes whole.</summary>
    public enum RoundingMode
    {
        None,
        trunc,
        floor,
    }

    /// <summary>
    /// Arithmetic of two, element by element; shapes are broadcast and types promoted as in torch. The form with an
    /// underscore works in place and gives this tensor.
    /// </summary>
    public partial class Tensor
    {
        private static readonly Scalar s_one = 1;

        /// <param name="alpha">Multiplies <paramref name="target"/> first.</param>
        public Tensor add(Tensor target, Scalar alpha) => Native.ost_add(this, target, alpha);
        public Tensor add(Tensor target) => Native.ost_add(this, target, s_one);
        public Tensor add(Scalar scalar) => Native.ost_add_scalar(this, scalar, s_one);
        public Tensor add(Scalar scalar, Scalar alpha) => Native.ost_add_scalar(this, scalar, alpha);
        public Tensor add_(Tensor target, Scalar alpha) => Done(Native.ost_add_(this, target, alpha));
        public Tensor add_(Tensor target) => Done(Native.ost_add_(this, target, s_one));
        public Tensor add_(Scalar scalar) => Done(Native.ost_add_scalar_(this, scalar, s_one));
        public Tensor add_(Scalar scalar, Scalar alpha) => Done(Native.ost_add_scalar_(this, scalar, alpha));

        public Tensor sub(Tensor target) => Native.ost_sub(this, target, s_one);
        public Tensor sub(Scalar target) => Native.ost_sub_scalar(this, target, s_one);
        public Tensor subtract(Tensor target) => sub(target);
        public Tensor subtract(Scalar target) => sub(target);
        public Tensor sub_(Tensor target) => Done(Native.ost_sub_(this, target, s_one));
        public Tensor sub_(Scalar target) => Done(Native.ost_sub_scalar_(this, target, s_one));

        public Tensor mul(Tensor target) => Native.ost_mul(this, target);
        public Tensor mul(Scalar target) => Native.ost_mul_scalar(this, target);
        public Tensor multiply(Tensor target) => mul(target);
        public Tensor multiply(Scalar target) => mul(target);
        public Tensor mul_(Tensor target) => Done(Native.ost_mul_(this, target));
        public Tensor mul_(Scalar target) => Done(Native.ost_mul_scalar_(this, target));

        public Tensor div(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => Native.ost_div(this, target, (int)rounding_mode);
        public Tensor div(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => Native.ost_div_scalar(this, target, (int)rounding_mode);
        public Tensor div_(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => Done(Native.ost_div_(this, target, (int)rounding_mode));
        public Tensor div_(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => Done(Native.ost_div_scalar_(this, target, (int)rounding_mode));
        public Tensor floor_divide(Tensor other) => div(other, RoundingMode.floor);
        public Tensor floor_divide(Scalar other) => div(other, RoundingMode.floor);

        /// <summary>What is left of a division, with the sign of the divisor.</summary>
        public Tensor remainder(Tensor target) => Native.ost_remainder(this, target);
        public Tensor remainder(Scalar scalar) => Native.ost_remainder_scalar(this, scalar);

        public Tensor pow(Tensor exponent) => Native.ost_pow(this, exponent);
        public Tensor pow(Scalar exponent) => Native.ost_pow_scalar(this, exponent);
        public Tensor pow_(Tensor exponent) => Done(Native.ost_pow_(this, exponent));
        public Tensor pow_(Scalar exponent) => Done(Native.ost_pow_scalar_(this, exponent));

        /// <summary>this + value * tensor1 * tensor2</summary>
        public Tensor addcmul(Tensor tensor1, Tensor tensor2, Scalar value) => Native.ost_addcmul(this, tensor1, tensor2, value);
        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value) => Done(Native.ost_addcmul_(this, tensor1, tensor2, value));

        /// <summary>this + value * tensor1 / tensor2</summary>
        public Tensor addcdiv(Tensor tensor1, Tensor tensor2, Scalar value) => Native.ost_addcdiv(this, tensor1, tensor2, value);
        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value) => Done(Native.ost_addcdiv_(this, tensor1, tensor2, value));

        /// <summary>this + weight * (end - this)</summary>
        public Tensor lerp(Tensor end, Tensor weight) => Native.ost_lerp(this, end, weight);
    }
}
