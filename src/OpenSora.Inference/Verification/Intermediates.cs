using static TorchSharp.torch;

namespace OpenSora.Inference.Verification;

/// <summary>What the probe of a forward saw, put together from units.</summary>
internal sealed class Intermediates : IDisposable
{
    private readonly Dictionary<string, List<Tensor>> _units = [];

    /// <summary>The probe: keeps a copy.</summary>
    public void Add(string name, Tensor value)
    {
        if (!_units.TryGetValue(name, out List<Tensor>? units))
            _units.Add(name, units = []);
        units.Add(value.clone().DetachFromDisposeScope());
    }

    public bool Has(string name) => _units.ContainsKey(name);

    /// <summary>As the blocks compute it: [T, S, …] in spatial blocks, [S, T, …] in temporal ones and what follows them.</summary>
    public Tensor Raw(string name) => cat(_units[name]);

    /// <summary>[T, S, …]</summary>
    public Tensor Tokens(string name)
    {
        bool positions = name.StartsWith("temporal", StringComparison.Ordinal) || name == "final_layer";
        return positions ? Raw(name).transpose(0, 1).contiguous() : Raw(name);
    }

    public void Dispose()
    {
        foreach (Tensor unit in _units.Values.SelectMany(units => units))
            unit.Dispose();
    }
}
