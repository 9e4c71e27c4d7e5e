using OpenSora.Inference.Layers;
using OpenSora.Inference.Weights;
using OpenSora.Torch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OpenSora.Inference.Decoding.Temporal;

/// <summary>
/// A 3D convolution that sees no later frames: zeros are put before the first frame only (MAGVIT-2, arXiv 2310.05737), and
/// on all sides of a frame. [B, in, T, h, w] to [B, out, T / stride, h, w].
/// </summary>
internal sealed class CausalConv3d : nn.Module<Tensor, Tensor>
{
    /// <summary>
    /// Below this many of batch · channels · frames · rows torch (1.13) does not hand a conv3d on a CPU to oneDNN. Its own
    /// kernel is three to five times slower there than a 2D convolution that has the frames of the kernel as channels.
    /// </summary>
    private const long OneDnnRows = 20480;

    private readonly Parameter weight;
    private readonly Parameter? bias;
    private readonly long _kernel;
    private readonly long _stride;

    /// <param name="p">Has <c>conv.weight</c> [out, in, kernel, kernel, kernel] and, with <paramref name="hasBias"/>, <c>conv.bias</c> [out].</param>
    /// <param name="stride">In time; in space it is 1.</param>
    public CausalConv3d(ParameterSource p, long inChannels, long outChannels, long kernel, long stride = 1, bool hasBias = true)
        : base(nameof(CausalConv3d))
    {
        weight = p.Get("conv.weight", outChannels, inChannels, kernel, kernel, kernel);
        if (hasBias)
            bias = p.Get("conv.bias", outChannels);
        _kernel = kernel;
        _stride = stride;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        long front = _kernel - 1 + 1 - _stride;
        if (_stride == 1 && FusedKernels.CanTake(x) && Winograd.Suits(weight, x.shape[3] * x.shape[4]))
        {
            Tensor to = empty([x.shape[0], weight.shape[0], .. x.shape[2..]]);
            Winograd.Convolve(nn.functional.pad(x, [1L, 1L, 1L, 1L, front, 0L]), Winograd.Kernels(weight), bias, to);
            return to.MoveToOuterDisposeScope();
        }
        Tensor padded = front == 0 ? x : nn.functional.pad(x, [0L, 0L, 0L, 0L, front, 0L]);
        bool small = padded.shape[0] == 1 && padded.shape[1] * padded.shape[2] * padded.shape[3] <= OneDnnRows;
        // A GPU's own 3D convolution has no such gap; on other cards the same choice as on the CPU gives the same bits.
        Tensor y = small && _kernel > 1 && x.device.type != DeviceType.CUDA ? ConvolveFrames(padded) : ConvolveVolume(padded);
        return y.MoveToOuterDisposeScope();
    }

    internal Tensor ConvolveVolume(Tensor padded) =>
        Convolutions.Of(padded, weight, bias, [_stride, 1, 1], [0, _kernel / 2, _kernel / 2]);

    /// <summary>The same sums as a 2D convolution over [T', kernel · in, h, w].</summary>
    internal Tensor ConvolveFrames(Tensor padded)
    {
        using DisposeScope scope = NewDisposeScope();
        long outFrames = (padded.shape[2] - _kernel) / _stride + 1;
        Tensor frames = padded[0].transpose(0, 1); // [T, in, h, w]
        List<Tensor> windows = [];
        for (long k = 0; k < _kernel; k++)
            windows.Add(frames.slice(0, k, k + (outFrames - 1) * _stride + 1, _stride)); // [T', in, h, w]
        Tensor kernels = weight.transpose(1, 2).flatten(1, 2); // [out, kernel · in, kernel, kernel]
        Tensor y = Convolutions.Of(cat(windows, 1), kernels, bias, padding: [_kernel / 2, _kernel / 2]); // [T', out, h, w]
        return y.transpose(0, 1).contiguous().unsqueeze(0).MoveToOuterDisposeScope();
    }
}
