using OpenSora.Inference;
using OpenSora.Inference.Transformer;
using OpenSora.Inference.Weights;
using OpenSora.Layout.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OpenSora.DemoModel.Stages;

/// <summary>A transformer to be trained, with its parameters.</summary>
internal sealed record TransformerNetwork(STDiT3 Model, IReadOnlyDictionary<string, Parameter> Parameters)
{
    /// <summary>A new network of a folder's configuration; the same seed gives the same weights.</summary>
    public static TransformerNetwork Make(string folder, ulong seed)
    {
        RandomParameters p = new(seed, Spread, key => key != "rope.freqs");
        STDiT3 model = new(p, STDiT3Config.Read(folder), Precision.Float32);
        using IDisposable quiet = no_grad();
        foreach ((string key, Parameter parameter) in p.Made)
        {
            if (key.Contains("_blocks.", StringComparison.Ordinal) && key.EndsWith("scale_shift_table", StringComparison.Ordinal))
                OpenGates(parameter);
            parameter.requires_grad = true;
        }
        return new TransformerNetwork(model, p.Made);
    }

    /// <summary>Gates begin at one: a training of minutes has no time to open them.</summary>
    private static void OpenGates(Parameter table)
    {
        foreach (long gate in new[] { 2L, 5L })
        {
            using Tensor row = table.select(0, gate), open = ones_like(row);
            row.copy_(open);
        }
    }

    /// <summary>Residual branches begin small, the prediction and the modulation by time at zero.</summary>
    private static Spread Spread(string key, long[] shape)
    {
        Spread usual = Starts.Spread(key, shape);
        return key switch
        {
            _ when key.EndsWith("scale_shift_table", StringComparison.Ordinal) || key.StartsWith("final_layer.linear", StringComparison.Ordinal) => new Spread(0, 0),
            _ when key.StartsWith("t_block", StringComparison.Ordinal) && shape.Length > 1 => new Spread(0, 0.01),
            _ when shape.Length > 1 && (key.EndsWith("proj.weight", StringComparison.Ordinal) || key.EndsWith("mlp.fc2.weight", StringComparison.Ordinal)) && key.Contains("_blocks.", StringComparison.Ordinal) => usual with { Deviation = usual.Deviation * 0.3 },
            _ => usual,
        };
    }
}
