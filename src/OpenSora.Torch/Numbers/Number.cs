using TorchSharp;

namespace OpenSora.Torch;

/// <summary>A whole or a real number: a whole one leaves a tensor of integers one of integers.</summary>
public readonly struct Number
{
    private readonly long? _whole;
    private readonly double _real;

    private Number(long? whole, double real) => (_whole, _real) = (whole, real);

    public static implicit operator Number(long whole) => new(whole, 0);

    public static implicit operator Number(double real) => new(null, real);

    /// <summary>As torch takes it; to be disposed after the call.</summary>
    internal Scalar ForTorch() => _whole is { } whole ? (Scalar)whole : (Scalar)_real;
}
