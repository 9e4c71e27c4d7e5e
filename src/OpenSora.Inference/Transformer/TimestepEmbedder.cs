using OpenSora.Inference.Layers;
using OpenSora.Inference.Weights;
using OpenSora.Torch;
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

    [ComponentName(Name = "mlp")] private readonly TwoLayers _mlp;

    public TimestepEmbedder(ParameterSource p, int hiddenSize) : base(nameof(TimestepEmbedder))
    {
        _mlp = new TwoLayers(p["mlp"], hiddenSize);
        RegisterComponents();
    }

    /// <summary>The embedding [1, C] of <paramref name="value"/>, which is rounded to the model's type first.</summary>
    public Tensor forward(double value, Precision precision, Device device) =>
        _mlp.forward(precision.Round(Sinusoids(Rounding.To(precision.Model, value))).to(device));

    /// <summary>Cosines, then sines, [1, 256] in float32.</summary>
    private static Tensor Sinusoids(float value)
    {
        const int half = Frequencies / 2;
        Tensor frequencies = exp(Arithmetic.Range(half, ScalarType.Float32).Times(-Math.Log(MaxPeriod)).Over(half));
        Tensor angles = frequencies.Times(value).unsqueeze(0);
        return cat([cos(angles), sin(angles)], -1);
    }

    private sealed class TwoLayers : nn.Module<Tensor, Tensor>
    {
        [ComponentName(Name = "0")] private readonly Linear _in;
        [ComponentName(Name = "2")] private readonly Linear _out;

        public TwoLayers(ParameterSource p, int hiddenSize) : base(nameof(TwoLayers))
        {
            _in = new Linear(p["0"], Frequencies, hiddenSize);
            _out = new Linear(p["2"], hiddenSize, hiddenSize);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => _out.forward(nn.functional.silu(_in.forward(x)));
    }
}
