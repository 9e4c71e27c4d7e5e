using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Torch;

/// <summary>
/// What torch does with numbers: verbs change a tensor in place and return it, the others make a new one. TorchSharp's own methods
/// and operators do not hold a number while torch has it, nor the ones that they make themselves (the factor of 1 of a sum): it may be
/// collected, and freed, before torch reads it. Here it lives until the call is over. Nobody else makes one.
/// </summary>
public static class Arithmetic
{
    private static readonly Scalar s_one = 1, s_minusOne = -1;

    /// <summary>x + y</summary>
    public static Tensor Plus(this Tensor x, Tensor y) => x.add(y, s_one);

    /// <summary>x + y</summary>
    [OverloadResolutionPriority(1)] // TorchSharp makes tensors of numbers, too
    public static Tensor Plus(this Tensor x, Number y)
    {
        using Scalar number = y.ForTorch();
        return x.add(number, s_one);
    }

    /// <summary>x − y</summary>
    public static Tensor Minus(this Tensor x, Number y)
    {
        using Scalar number = y.ForTorch();
        return x.sub(number);
    }

    /// <summary>x · y</summary>
    public static Tensor Times(this Tensor x, Number y)
    {
        using Scalar number = y.ForTorch();
        return x.mul(number);
    }

    /// <summary>x / y</summary>
    public static Tensor Over(this Tensor x, Number y)
    {
        using Scalar number = y.ForTorch();
        return x.div(number);
    }

    /// <summary>x + a · b</summary>
    public static Tensor PlusProduct(this Tensor x, Tensor a, Tensor b) => x.addcmul(a, b, s_one);

    /// <summary>x − a · b</summary>
    public static Tensor MinusProduct(this Tensor x, Tensor a, Tensor b) => x.addcmul(a, b, s_minusOne);

    /// <summary>x · x</summary>
    public static Tensor Squared(this Tensor x) => x.ToThe(2);

    /// <summary>x to the power of a number.</summary>
    public static Tensor ToThe(this Tensor x, Number exponent)
    {
        using Scalar number = exponent.ForTorch();
        return x.pow(number);
    }

    /// <summary>No less than <paramref name="min"/> and no more than <paramref name="max"/>; null for no such limit.</summary>
    public static Tensor Clamped(this Tensor x, Number? min = null, Number? max = null)
    {
        using Scalar? least = min?.ForTorch(), most = max?.ForTorch();
        return x.clamp(least, most);
    }

    /// <summary>Whether x &gt; y, element by element.</summary>
    public static Tensor IsAbove(this Tensor x, Number y)
    {
        using Scalar number = y.ForTorch();
        return x.gt(number);
    }

    /// <summary>Whether x &lt; y, element by element.</summary>
    public static Tensor IsBelow(this Tensor x, Number y)
    {
        using Scalar number = y.ForTorch();
        return x.lt(number);
    }

    /// <summary>A tensor of the shape, type and device of x, full of one number.</summary>
    public static Tensor FullLike(this Tensor x, Number value)
    {
        using Scalar number = value.ForTorch();
        return full_like(x, number);
    }

    /// <summary>0, step, 2 · step, … below <paramref name="end"/>.</summary>
    public static Tensor Range(long end, ScalarType type, long step = 1, Device? device = null)
    {
        using Scalar first = 0, stop = end, difference = step;
        return arange(first, stop, difference, type, device);
    }

    /// <summary>The number that a tensor of one element holds.</summary>
    public static double Value(this Tensor x)
    {
        using Scalar number = x.ToScalar();
        return number.ToDouble();
    }

    /// <summary>x = x + y</summary>
    public static Tensor Add(this Tensor x, Tensor y) => x.add_(y, s_one);

    /// <summary>x = x + y</summary>
    [OverloadResolutionPriority(1)]
    public static Tensor Add(this Tensor x, Number y)
    {
        using Scalar number = y.ForTorch();
        return x.add_(number, s_one);
    }

    /// <summary>x = x + factor · y</summary>
    public static Tensor Add(this Tensor x, Tensor y, Number factor)
    {
        using Scalar number = factor.ForTorch();
        return x.add_(y, number);
    }

    /// <summary>x = x · y</summary>
    public static Tensor Multiply(this Tensor x, Number y)
    {
        using Scalar number = y.ForTorch();
        return x.mul_(number);
    }

    /// <summary>x = x + factor · a · b</summary>
    public static Tensor AddProduct(this Tensor x, Tensor a, Tensor b, Number factor)
    {
        using Scalar number = factor.ForTorch();
        return x.addcmul_(a, b, number);
    }

    /// <summary>x = x + factor · a / b</summary>
    public static Tensor AddQuotient(this Tensor x, Tensor a, Tensor b, Number factor)
    {
        using Scalar number = factor.ForTorch();
        return x.addcdiv_(a, b, number);
    }
}
