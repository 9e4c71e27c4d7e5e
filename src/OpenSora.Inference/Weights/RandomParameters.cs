using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OpenSora.Inference.Weights;

/// <summary>How a parameter is drawn: values of this mean and standard deviation (0: all equal to the mean).</summary>
public readonly record struct Spread(double Mean, double Deviation);

/// <summary>
/// Seeded random parameters in float32 on the CPU. A parameter depends on the seed, its key and its shape only, not on
/// what else a network asks for or when, and it has the same bytes on every machine.
/// </summary>
/// <param name="seed">Other seeds give other values.</param>
/// <param name="spread">How each parameter is drawn, from its key and shape.</param>
/// <param name="has">Which keys <see cref="Has"/> grants; all when null.</param>
public sealed class RandomParameters(ulong seed, Func<string, long[], Spread> spread, Func<string, bool>? has = null) : ParameterSource
{
    private readonly Dictionary<string, Parameter> _made = [];

    /// <summary>All parameters made so far, in order; changed ones (by training) are seen as they are.</summary>
    public IReadOnlyDictionary<string, Parameter> Made => _made;

    /// <summary>The parameters made so far on their way into a file, in order.</summary>
    public IReadOnlyList<OutgoingTensor> Outgoing => _made.Select(pair => OutgoingTensor.Of(pair.Key, pair.Value)).ToList();

    public override bool Has(string key) => has?.Invoke(key) ?? true;

    /// <summary>The parameter, detached from all dispose scopes; asked again, the same object.</summary>
    public override Parameter Get(string key, params long[] shape)
    {
        if (!_made.TryGetValue(key, out Parameter? parameter))
            _made.Add(key, parameter = Draw(key, shape));
        if (!parameter.shape.SequenceEqual(shape))
            throw new InvalidOperationException($"{key} is asked for as {Show.Shape(parameter.shape)} and as {Show.Shape(shape)}");
        return parameter;
    }

    private Parameter Draw(string key, long[] shape)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor values = empty(shape, ScalarType.Float32);
        PortableRandom random = new(seed, key, spread(key, shape));
        TensorBytes.ForEachPiece(values, bytes => random.Fill(MemoryMarshal.Cast<byte, float>(bytes)));
        Parameter parameter = new(values, requires_grad: false);
        parameter.DetachFromDisposeScope();
        return parameter;
    }
}
