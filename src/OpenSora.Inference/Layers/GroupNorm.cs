using OpenSora.Inference.Weights;
using OpenSora.Torch;
using TorchSharp;
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

    /// <summary>Whether kernels of our own can do it.</summary>
    internal bool IsFused(Tensor x) => FusedKernels.CanTake(x, weight, bias);

    /// <summary>The norm of a whole x as a product and a sum, channel by channel, so that it can be had for parts of x: x · scale + shift.</summary>
    /// <returns>Two of [B, C] in float32, which belong to the caller's dispose scope.</returns>
    internal (Tensor Scale, Tensor Shift) Affine(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor mean, Tensor inverse) = IsFused(x) ? FusedKernels.Moments(x, _groups, _epsilon) : Moments(x); // [B, G]
        Tensor scale = inverse.unsqueeze(2) * weight.to(ScalarType.Float32).view(1, _groups, -1);             // [B, G, C / G]
        Tensor shift = bias.to(ScalarType.Float32).view(1, _groups, -1) - mean.unsqueeze(2) * scale;
        return (scale.flatten(1).MoveToOuterDisposeScope(), shift.flatten(1).MoveToOuterDisposeScope());
    }

    /// <summary>Group by group, so that a half-precision image is widened in parts only.</summary>
    private (Tensor Mean, Tensor Inverse) Moments(Tensor x)
    {
        long channels = x.shape[1] / _groups;
        List<Tensor> means = [], variances = [];
        for (long g = 0; g < _groups; g++)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor group = x.narrow(1, g * channels, channels).flatten(1).to(ScalarType.Float32); // [B, …]
            means.Add(group.mean([1L]).MoveToOuterDisposeScope());
            variances.Add(group.var([1L], unbiased: false).MoveToOuterDisposeScope());
        }
        return (stack(means, 1), stack(variances, 1).Plus(_epsilon).rsqrt());
    }
}
