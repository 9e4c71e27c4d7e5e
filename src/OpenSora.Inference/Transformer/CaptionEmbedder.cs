using OpenSora.Inference.Weights;
using OpenSora.Layout.Models;
using TorchSharp.Utils;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace OpenSora.Inference.Transformer;

/// <summary>Features of the text encoder as the network's channels, and the learned features of no prompt.</summary>
internal sealed class CaptionEmbedder : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "y_proj")] private readonly Mlp _yProj;
    [ComponentName(Name = "y_embedding")] private readonly Parameter _yEmbedding;

    public CaptionEmbedder(ParameterSource p, STDiT3Config config) : base(nameof(CaptionEmbedder))
    {
        _yProj = new Mlp(p["y_proj"], config.CaptionChannels, config.HiddenSize, config.HiddenSize);
        _yEmbedding = p.Get("y_embedding", config.ModelMaxLength, config.CaptionChannels);
        RegisterComponents();
    }

    /// <summary>Features of the empty prompt, [length, caption channels].</summary>
    public Tensor Null => _yEmbedding;

    /// <summary>[L, caption channels] → [L, C].</summary>
    public override Tensor forward(Tensor y) => _yProj.forward(y);
}
