using OpenSora.Contracts;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OpenSora.Inference.Weights;

/// <summary>
/// Parameters out of checkpoints: rounded to <see cref="Precision.Model"/>, held as <see cref="Precision.Compute"/> on a
/// device, without gradients. On the CPU, where the file already holds them in that type, they lie over the mapped file:
/// nothing is copied, pages are read when they are used, and processes share them. They must not be written to.
/// </summary>
/// <remarks>
/// What does not fit is collected while the network is built, so that <see cref="Finish"/> can name all of it at once. A
/// network that was built is of use only after <see cref="Finish"/> has passed.
/// </remarks>
public sealed class CheckpointParameters : ParameterSource
{
    private readonly IReadOnlyList<CheckpointLayer> _layers;
    private readonly Device _device;
    private readonly Precision _precision;
    private readonly Dictionary<string, (Checkpoint Checkpoint, string Key)> _stored = [];
    private readonly HashSet<string> _asked = [];
    private readonly List<string> _missing = [];
    private readonly List<string> _misshapen = [];

    /// <summary>Parameters of one checkpoint under the file's own keys.</summary>
    public CheckpointParameters(Checkpoint checkpoint, Device device, Precision precision)
        : this([new CheckpointLayer(checkpoint)], device, precision) { }

    /// <summary>Parameters of several checkpoints, of which the first that has a key gives it.</summary>
    /// <exception cref="InputException">A checkpoint holds the same parameter under two names.</exception>
    public CheckpointParameters(IReadOnlyList<CheckpointLayer> layers, Device device, Precision precision)
    {
        (_layers, _device, _precision) = (layers, device, precision);
        foreach (CheckpointLayer layer in layers)
            foreach ((string key, string stored) in layer.Keys())
                _stored.TryAdd(key, (layer.Checkpoint, stored));
    }

    /// <summary>
    /// Hold matrices in <see cref="Precision.Model"/>, or as the file has them where that is narrower, instead of widening them to
    /// <see cref="Precision.Compute"/>: half the memory or less, for layers that widen each for its call. The numbers are the same.
    /// Default: false.
    /// </summary>
    public bool KeepsMatricesNarrow { get; init; }

    public override bool Has(string key) => _stored.ContainsKey(key);

    /// <summary>
    /// The parameter, detached from all dispose scopes: it belongs to the module that asked. A missing or mis-shaped one
    /// is noted and stands in as zeros of the right shape that take no memory.
    /// </summary>
    public override Parameter Get(string key, params long[] shape) => Get(key, narrow: false, shape);

    public override Parameter GetMatrix(string key, params long[] shape) => Get(key, KeepsMatricesNarrow, shape);

    private Parameter Get(string key, bool narrow, long[] shape)
    {
        _asked.Add(key);
        if (!_stored.TryGetValue(key, out (Checkpoint Checkpoint, string Key) stored))
            _missing.Add(key);
        else if (!Fits(stored.Checkpoint.Entries[stored.Key].Shape, shape))
            _misshapen.Add($"{key} is {Show.Shape(stored.Checkpoint.Entries[stored.Key].Shape)} where {Show.Shape(shape)} is needed");
        else
            return Load(stored.Checkpoint, stored.Key, narrow, shape);
        return Placeholder.OfShape(shape);
    }

    /// <summary>
    /// Checks that every parameter was there in its shape. What the checkpoints hold beyond the network is passed over, as the original does,
    /// and told.
    /// </summary>
    /// <param name="tell">Takes a line about what was passed over, the first 20 by name; null for nobody.</param>
    /// <param name="ignored">Keys that are not worth a line; one that ends with <c>*</c> stands for all that begin so.</param>
    /// <exception cref="InputException">Lists what is missing and mis-shaped, the first 20 of each by name.</exception>
    public void Finish(Action<string>? tell, params IEnumerable<string> ignored)
    {
        string[] patterns = ignored.ToArray();
        string[] unexpected = _stored.Keys
            .Where(key => !_asked.Contains(key) && !patterns.Any(pattern => Matches(key, pattern)))
            .ToArray();
        string[] faults = [.. Fault("missing", _missing), .. Fault("of another shape", _misshapen), .. Fault("unexpected", unexpected)];
        string files = string.Join(" and ", _layers.Select(layer => layer.Checkpoint.Path));
        if (_missing.Count + _misshapen.Count > 0)
            throw new InputException($"{files} does not fit the network: {string.Join("; ", faults)}. Remedy: give weights and a config.json of the same model");
        if (unexpected.Length > 0)
            tell?.Invoke($"{files}: {unexpected.Length} tensors that the network does not have are passed over: {Show.List(unexpected)}");
    }

    private static string[] Fault(string what, IReadOnlyCollection<string> keys) =>
        keys.Count > 0 ? [$"{keys.Count} {what}: {Show.List(keys)}"] : [];

    private static bool Matches(string key, string pattern) =>
        pattern.EndsWith('*') ? key.StartsWith(pattern[..^1], StringComparison.Ordinal) : key == pattern;

    /// <summary>Older VAE files hold the linear layers of their attention as 1×1 convolutions: [out, in, 1, 1].</summary>
    private static bool Fits(long[] stored, long[] shape) =>
        stored.SequenceEqual(shape) || (shape.Length == 2 && stored.SequenceEqual([.. shape, 1, 1]));

    private static bool IsHalf(ScalarType type) => type is ScalarType.BFloat16 or ScalarType.Float16;

    private Parameter Load(Checkpoint checkpoint, string key, bool narrow, long[] shape)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor stored = checkpoint.Load(key).view(shape).to(_device); // a device rounds faster, and the host holds no copy
        Tensor held = !narrow ? _precision.Round(stored) : IsHalf(stored.dtype) && _precision.Model == ScalarType.Float32 ? stored : stored.to(_precision.Model);
        Parameter parameter = new(held, requires_grad: false);
        parameter.DetachFromDisposeScope();
        return parameter;
    }
}
