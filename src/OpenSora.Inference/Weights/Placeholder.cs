using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OpenSora.Inference.Weights;

/// <summary>Parameters that only have a shape.</summary>
internal static class Placeholder
{
    /// <summary>Zeros of any shape in the memory of one, detached from all dispose scopes.</summary>
    public static Parameter OfShape(long[] shape)
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter parameter = new(zeros(Array.Empty<long>()).expand(shape), requires_grad: false);
        parameter.DetachFromDisposeScope();
        return parameter;
    }
}
