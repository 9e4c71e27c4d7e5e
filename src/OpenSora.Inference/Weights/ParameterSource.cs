using TorchSharp.Modules;

namespace OpenSora.Inference.Weights;

/// <summary>
/// Where a network's parameters come from. A module asks for each of its parameters by checkpoint key and shape while it
/// is built, so one constructor serves a mapped checkpoint, seeded random weights and a list of keys, and what a
/// checkpoint has too much or too little is known when the network stands.
/// </summary>
public abstract class ParameterSource
{
    /// <summary>The parameter with this key. Shape as in the checkpoint, e.g. [out, in] for a linear layer.</summary>
    public abstract Parameter Get(string key, params long[] shape);

    /// <summary>The same for a matrix that its layer takes in a narrower type than it computes in, too: memory may be short.</summary>
    public virtual Parameter GetMatrix(string key, params long[] shape) => Get(key, shape);

    /// <summary>Whether the source can give this key: for parameters that some checkpoints leave out.</summary>
    public abstract bool Has(string key);

    /// <summary>The same source seen from inside a module: keys are prefixed with <paramref name="module"/> and a dot.</summary>
    public ParameterSource this[string module] => new Scoped(this, module + ".");

    private sealed class Scoped(ParameterSource parent, string prefix) : ParameterSource
    {
        public override Parameter Get(string key, params long[] shape) => parent.Get(prefix + key, shape);
        public override Parameter GetMatrix(string key, params long[] shape) => parent.GetMatrix(prefix + key, shape);
        public override bool Has(string key) => parent.Has(prefix + key);
    }
}
