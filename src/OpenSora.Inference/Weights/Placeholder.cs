using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace OpenSora.Inference.Weights;

/// <summary>Parameters that only have a shape.</summary>
internal static class Placeholder
{
    /// <summary>Zeros of any shape in the memory of one, detached from all dispose scopes.</summary>
    public static Modules.Parameter Parameter(long[] shape)
    {
        using DisposeScope scope = NewDisposeScope();
        Modules.Parameter parameter = new(zeros(1).expand(shape), requires_grad: false);
        parameter.DetachFromDisposeScope();
        return parameter;
    }
}
