namespace TorchSharp;

public static partial class torch
{
    /// <summary>Comparisons: true and false for each element. Shapes are broadcast.</summary>
    public partial class Tensor
    {
        public Tensor eq(Tensor target) => Native.ost_eq(this, target);
        public Tensor eq(Scalar target) => Native.ost_eq_scalar(this, target);
        public Tensor eq_(Tensor target) => Done(Native.ost_eq_(this, target));
        public Tensor eq_(Scalar target) => Done(Native.ost_eq_scalar_(this, target));

        public Tensor ne(Tensor target) => Native.ost_ne(this, target);
        public Tensor ne(Scalar target) => Native.ost_ne_scalar(this, target);
        public Tensor ne_(Tensor target) => Done(Native.ost_ne_(this, target));
        public Tensor ne_(Scalar target) => Done(Native.ost_ne_scalar_(this, target));

        public Tensor lt(Tensor target) => Native.ost_lt(this, target);
        public Tensor lt(Scalar target) => Native.ost_lt_scalar(this, target);
        public Tensor lt_(Tensor target) => Done(Native.ost_lt_(this, target));
        public Tensor lt_(Scalar target) => Done(Native.ost_lt_scalar_(this, target));

        public Tensor le(Tensor target) => Native.ost_le(this, target);
        public Tensor le(Scalar target) => Native.ost_le_scalar(this, target);
        public Tensor le_(Tensor target) => Done(Native.ost_le_(this, target));
        public Tensor le_(Scalar target) => Done(Native.ost_le_scalar_(this, target));

        public Tensor gt(Tensor target) => Native.ost_gt(this, target);
        public Tensor gt(Scalar target) => Native.ost_gt_scalar(this, target);
        public Tensor gt_(Tensor target) => Done(Native.ost_gt_(this, target));
        public Tensor gt_(Scalar target) => Done(Native.ost_gt_scalar_(this, target));

        public Tensor ge(Tensor target) => Native.ost_ge(this, target);
        public Tensor ge(Scalar target) => Native.ost_ge_scalar(this, target);
        public Tensor ge_(Tensor target) => Done(Native.ost_ge_(this, target));
        public Tensor ge_(Scalar target) => Done(Native.ost_ge_scalar_(this, target));

        public Tensor equal(Tensor target) => eq(target);
        public Tensor not_equal(Tensor target) => ne(target);
        public Tensor less(Tensor target) => lt(target);
        public Tensor less_equal(Tensor target) => le(target);
        public Tensor greater(Tensor target) => gt(target);
        public Tensor greater_equal(Tensor target) => ge(target);

        public Tensor logical_and(Tensor other) => Native.ost_logical_and(this, other);
        public Tensor logical_or(Tensor other) => Native.ost_logical_or(this, other);
        public Tensor bitwise_and(Tensor other) => Native.ost_bitwise_and(this, other);
        public Tensor bitwise_or(Tensor other) => Native.ost_bitwise_or(this, other);
        public Tensor bitwise_xor(Tensor other) => Native.ost_bitwise_xor(this, other);

        /// <summary>The larger of two, element by element.</summary>
        public Tensor maximum(Tensor other) => Native.ost_maximum(this, other);
        public Tensor minimum(Tensor other) => Native.ost_minimum(this, other);
        public Tensor max(Tensor other) => maximum(other);
        public Tensor min(Tensor other) => minimum(other);

        /// <summary>Whether all elements are within <c>atol + rtol * |target|</c>.</summary>
        public bool allclose(Tensor target, double rtol = 1e-05, double atol = 1e-08, bool equal_nan = false)
        {
            Native.Check(Native.ost_allclose(this, target, rtol, atol, equal_nan, out Flag close));
            return close;
        }

        /// <summary>Whether shape and numbers are the same.</summary>
        public bool Equals(Tensor target)
        {
            Native.Check(Native.ost_equal(this, target, out Flag equal));
            return equal;
        }

        public override bool Equals(object? obj) => obj is Tensor target && Equals(target);

        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
    }
}
