using OpenSora.Inference.Weights;
using OpenSora.Inference.Weights.Safetensors;
using static TorchSharp.torch;

namespace OpenSora.DemoModel.Stages;

/// <summary>A tensor that a stage computes once and later stages read.</summary>
internal static class TensorCache
{
    private const string Key = "values";

    /// <summary>The tensor of a file; it lies over the mapped file. Made and written first when there is none.</summary>
    public static Tensor Get(string file, Func<Tensor> make)
    {
        if (!File.Exists(file))
        {
            using IDisposable quiet = no_grad();
            using Tensor made = make();
            SafetensorsWriter.Write(file, [OutgoingTensor.Of(Key, made)]);
        }
        using Checkpoint stored = Checkpoint.Open(file);
        return stored.Load(Key).DetachFromDisposeScope();
    }
}
