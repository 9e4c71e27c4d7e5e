namespace OpenSora.Inference.Verification;

/// <summary>Of tensors with limits of their own, the one that is nearest to its limit.</summary>
internal sealed class NearestTensor
{
    private (string Name, double Error, double Tolerance) _worst;
    private double _share = -1;

    public void Add(string name, double error, double tolerance)
    {
        double share = error <= tolerance ? (tolerance == 0 ? 0 : error / tolerance) : Math.Max(error / tolerance, 2);
        if (share > _share)
            (_worst, _share) = ((name, Math.Min(error, double.MaxValue), tolerance), share);
    }

    public GoldenResult Result(string row, string? onPurpose) => _share < 0
        ? GoldenResult.Unreadable(row, "it has no tensors to compare with")
        : new(row, _worst.Error, _worst.Tolerance, $"in {_worst.Name}", onPurpose);
}
