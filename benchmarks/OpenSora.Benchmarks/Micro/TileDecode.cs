using BenchmarkDotNet.Attributes;
using OpenSora.Contracts;
using OpenSora.Inference;
using OpenSora.Inference.Decoding;
using OpenSora.Layout.Decoding;
using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Benchmarks.Micro;

/// <summary>One chunk of 17 frames of 144 x 256 from its 5 latent frames, with the demo model's autoencoder: both decoders, and the temporal one alone.</summary>
public class TileDecode
{
    private VideoAutoencoder _autoencoder = null!;
    private Tensor _latent = null!;

    [GlobalSetup]
    public void SetUp()
    {
        TorchEnvironment.Initialize(1);
        _autoencoder = VideoAutoencoderFiles.Load(Path.Combine(Installation.Models!, "vae2d"), Path.Combine(Installation.Models!, "vae3d"), new AutoencoderUnits(), CPU, Precision.Float32);
        _latent = randn([4, 5, 18, 32]);
    }

    [Benchmark(Baseline = true)]
    public long Temporal()
    {
        using IDisposable inference = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return _autoencoder.DecodeChunk(_latent, 17).numel();
    }

    [Benchmark]
    public long Both()
    {
        using IDisposable inference = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return _autoencoder.DecodePieces(_latent, 17).Sum(piece => piece.numel());
    }
}
