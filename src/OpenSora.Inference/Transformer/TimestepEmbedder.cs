using OpenSora.Inference.Layers;
using OpenSora.Inference.Weights;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace OpenSora.Inference.Transformer;

/// <summary>
/// A number as a vector: sinusoids, then a small MLP. The network has one for the timestep and one of the same shape for
/// the frame rate (<c>TimestepEmbedder</c>, <c>SizeEmbedder</c>).
/// </summary>
internal sealed class TimestepEmbedder : nn.Module
{
    private const int Frequencies = 256;
    private const double MaxPeriod = 10000;

    [ComponentName(Name = "mlp")] private readonly TorchSharp.Modules.ModuleList<nn.Module<Tensor, Tensor>> _mlp;

    public TimestepEmbedder(ParameterSource p, int hiddenSize) : base(nameof(TimestepEmbedder))
    {
        _mlp = nn.ModuleList<nn.Module<Tensor, Tensor>>(
            new Linear(p["mlp.0"], Frequencies, hiddenSize),
            nn.SiLU(),
            new Linear(p["mlp.2"], hiddenSize, hiddenSize));
        RegisterComponents();
    }

    /// <summary>The embedding [1, C] of <paramref name="value"/>, which is rounded to the model's type first.</summary>
    public Tensor forward(double value, Precision precision, Device device)
    {
        Tensor x = precision.Round(Sinusoids(Rounding.To(precision.Model, value))).to(device);
        foreach (nn.Module<Tensor, Tensor> layer in _mlp)
            x = layer.forward(x);
        return x;
    }

    /// <summary>Cosines, then sines, [1, 256] in float32.</summary>
    private static Tensor Sinusoids(float value)
    {
        const int half = Frequencies / 2;
        Tensor frequencies = exp(arange(0, half, ScalarType.Float32) * -Math.Log(MaxPeriod) / half);
        Tensor angles = (frequencies * value).unsqueeze(0);
        return cat([cos(angles), sin(angles)], -1);
    }
}
