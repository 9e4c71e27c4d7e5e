using OpenSora.Inference.Weights;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OpenSora.Inference.Layers;

/// <summary>
/// Group normalisation with scale and shift (Wu and He, arXiv 1803.08494) over [B, C, …]: the mean and variance of a group
/// run over its channels and over every position of the sample.
/// </summary>
public sealed class GroupNorm : nn.Module<Tensor, Tensor>
{
    private readonly Parameter weight;
    private readonly Parameter bias;
    private readonly long _groups;
    private readonly double _epsilon;

    /// <param name="p">Has <c>weight</c> and <c>bias</c>, [channels] each.</param>
    /// <param name="groups">Divides <paramref name="channels"/>.</param>
    public GroupNorm(ParameterSource p, long groups, long channels, double epsilon) : base(nameof(GroupNorm))
    {
        weight = p.Get("weight", channels);
        bias = p.Get("bias", channels);
        _groups = groups;
        _epsilon = epsilon;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => nn.functional.group_norm(x, _groups, weight, bias, _epsilon);
}
