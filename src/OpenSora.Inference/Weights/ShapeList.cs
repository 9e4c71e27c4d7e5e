using TorchSharp.Modules;

namespace OpenSora.Inference.Weights;

/// <summary>
/// Notes what a network asks for while it is built with parameters that take no memory: for comparing the keys and shapes
/// of a network of any size with an approved list.
/// </summary>
/// <param name="has">Which keys <see cref="Has"/> grants; all when null.</param>
public sealed class ShapeList(Func<string, bool>? has = null) : ParameterSource
{
    private readonly Dictionary<string, long[]> _shapes = [];

    /// <summary>Shapes by key, in the order of the questions.</summary>
    public IReadOnlyDictionary<string, long[]> Shapes => _shapes;

    /// <summary>One line for each key in ordinal order, e.g. <c>rope.freqs [36]</c>.</summary>
    public IEnumerable<string> Lines => _shapes
        .OrderBy(pair => pair.Key, StringComparer.Ordinal)
        .Select(pair => $"{pair.Key} {Show.Shape(pair.Value)}");

    public override bool Has(string key) => has?.Invoke(key) ?? true;

    /// <summary>Zeros of this shape that take no memory.</summary>
    public override Parameter Get(string key, params long[] shape)
    {
        if (!_shapes.TryAdd(key, shape) && !_shapes[key].SequenceEqual(shape))
            throw new InvalidOperationException($"{key} is asked for as {Show.Shape(_shapes[key])} and as {Show.Shape(shape)}");
        return Placeholder.OfShape(shape);
    }
}
