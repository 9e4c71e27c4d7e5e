using System.Security.Cryptography;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace OpenSora.TestCard.Probe;

/// <summary>One of each kind of layer that a generation is made of, with fixed weights, on any device.</summary>
internal static class Network
{
    /// <summary>The SHA-256 of the output's float32 bytes, computed on <paramref name="device"/>.</summary>
    public static string HashOn(Device device)
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable inference = no_grad();
        return Convert.ToHexStringLower(SHA256.HashData(Run(device).cpu().contiguous().bytes));
    }

    private static Tensor Run(Device device)
    {
        using Generator numbers = new(2026);
        Tensor Normal(params long[] sizes) => randn(sizes, generator: numbers).to(device);

        Tensor image = Normal(1, 4, 5, 12, 10);                                                              // [B, C, T, H, W]
        Tensor features = functional.conv3d(image, Normal(16, 4, 3, 3, 3), Normal(16), padding: [0, 1, 1]);  // [B, 16, 3, H, W]
        features = functional.silu(functional.group_norm(features, 4, Normal(16), Normal(16)));
        Tensor frames = features.transpose(1, 2).flatten(0, 1);                                              // [3, 16, H, W]
        frames = functional.conv2d(frames, Normal(32, 16, 3, 3), Normal(32), padding: [1, 1]);
        Tensor tokens = frames.flatten(2).transpose(1, 2);                                                   // [3, H·W, 32]
        tokens = functional.layer_norm(tokens, [32]) * (Normal(32) + 1);
        Tensor[] heads = functional.linear(tokens, Normal(96, 32), Normal(96)).view(3, 120, 3, 4, 8).permute(2, 0, 3, 1, 4).unbind(0);
        Tensor weights = matmul(heads[0] * 0.35, heads[1].transpose(-2, -1)).to(ScalarType.BFloat16).to(ScalarType.Float32).softmax(-1);
        tokens = tokens + matmul(weights, heads[2]).transpose(1, 2).reshape(3, 120, 32);
        return where(tokens > 0, functional.gelu(tokens, TorchSharp.Modules.GELU.Approximate.tanh), cat([tokens.narrow(2, 16, 16), tokens.narrow(2, 0, 16)], 2));
    }
}
