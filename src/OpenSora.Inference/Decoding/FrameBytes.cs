using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Decoding;

/// <summary>Decoded pixels as the bytes that are saved (<c>save_sample</c> of Open-Sora 1.2).</summary>
public static class FrameBytes
{
    /// <summary>
    /// [3, F, H, W] in about [-1, 1] → F frames of RGB24 bytes, [F, H, W, 3]. Every operation is rounded to the model's
    /// type, as in the original, which saves in it: in bf16 that moves pixels by a level.
    /// </summary>
    public static byte[] Of(Tensor pixels, ScalarType model)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Rounded(pixels.cpu());
        x = Rounded(Rounded(x.Clamped(-1, 1).Plus(1)).Over(2));
        x = Rounded(Rounded(x.Times(255)).Plus(0.5)).Clamped(0, 255);
        return x.permute(1, 2, 3, 0).to(ScalarType.Byte).contiguous().bytes.ToArray();

        Tensor Rounded(Tensor value) => model == ScalarType.Float32 ? value.to(ScalarType.Float32) : value.to(model).to(ScalarType.Float32);
    }
}
