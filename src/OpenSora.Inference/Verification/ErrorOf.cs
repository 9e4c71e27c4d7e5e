using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Verification;

/// <summary>The largest error over the tensors of one golden file, and which tensor has it.</summary>
public sealed class ErrorOf
{
    private double _largest;
    private string? _worst;
    private bool _compared;

    /// <summary>Compares two tensors, see <see cref="Between"/>.</summary>
    public void Add(string name, Tensor actual, Tensor expected) => Add(name, Between(actual, expected));

    /// <summary>max|a-b| / max(1, max|b|); another shape or a NaN is an infinite error.</summary>
    public static double Between(Tensor actual, Tensor expected)
    {
        if (!actual.shape.AsSpan().SequenceEqual(expected.shape))
            return double.PositiveInfinity;
        if (expected.numel() == 0)
            return 0;
        using DisposeScope scope = NewDisposeScope();
        Tensor a = actual.cpu().to(ScalarType.Float64), b = expected.cpu().to(ScalarType.Float64);
        double error = (a - b).abs().max().Value() / Math.Max(1, b.abs().max().Value());
        return double.IsNaN(error) ? double.PositiveInfinity : error;
    }

    /// <summary>An error that was measured elsewhere.</summary>
    public void Add(string name, double error)
    {
        _compared = true;
        if (double.IsNaN(error))
            error = double.PositiveInfinity;
        if (error > _largest)
            (_largest, _worst) = (error, name);
    }

    /// <summary>The row for <c>verify</c>. An infinite error is shown as the largest finite number, which JSON can hold.</summary>
    /// <param name="onPurpose">See <see cref="GoldenResult.OnPurpose"/>.</param>
    public GoldenResult Result(string name, double tolerance, string? onPurpose = null) => _compared || onPurpose is not null
        ? new(name, Math.Min(_largest, double.MaxValue), tolerance, _largest > tolerance ? $"largest in {_worst}" : null, onPurpose)
        : GoldenResult.Unreadable(name, "it has no tensors to compare with");
}
