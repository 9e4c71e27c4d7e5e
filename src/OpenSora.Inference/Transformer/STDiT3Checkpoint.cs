using OpenSora.Contracts;
using OpenSora.Inference.Weights;
using OpenSora.Layout.Models;
using static TorchSharp.torch;

namespace OpenSora.Inference.Transformer;

/// <summary>Reads the folder of a public checkpoint, e.g. <c>hpcai-tech/OpenSora-STDiT-v3</c>.</summary>
public static class STDiT3Checkpoint
{
    /// <summary>Tables that checkpoints from training may carry and that nothing reads.</summary>
    private static readonly string[] Unused = ["pos_embed", "pos_embed_temporal"];

    /// <summary>The weights of a folder, unread.</summary>
    /// <exception cref="InputException">They are missing or damaged.</exception>
    public static Checkpoint Weights(string folder) => Checkpoint.Open(folder, "model", "pytorch_model");

    /// <summary>The network of a folder with <c>config.json</c> and weights. On a CPU the weights stay mapped.</summary>
    /// <param name="overrides">Settings that win over the file's.</param>
    /// <param name="tell">Takes a line about tensors that are passed over; null for nobody.</param>
    /// <exception cref="InputException">Something is missing, damaged or does not fit together.</exception>
    public static STDiT3 Load(string folder, Device device, Precision precision, Func<STDiT3Config, STDiT3Config>? overrides = null, Action<string>? tell = null)
    {
        STDiT3Config config = STDiT3Config.Read(folder);
        using Checkpoint checkpoint = Weights(folder);
        CheckpointParameters parameters = new(checkpoint, device, precision);
        STDiT3 model = new(parameters, overrides?.Invoke(config) ?? config, precision);
        parameters.Finish(tell, Unused);
        return model;
    }
}
