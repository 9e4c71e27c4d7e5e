using OpenSora.Inference.Weights;
using static TorchSharp.torch;

namespace OpenSora.Inference.Verification;

/// <summary>The named tensors of one golden safetensors file, on the CPU.</summary>
public sealed class GoldenTensors(string path) : IDisposable
{
    private readonly Checkpoint _file = Checkpoint.Open(path);

    public IEnumerable<string> Names => _file.Entries.Keys.Order(StringComparer.Ordinal);

    public bool Has(string name) => _file.Entries.ContainsKey(name);

    public Tensor this[string name] => _file.Load(name);

    public void Dispose() => _file.Dispose();
}
