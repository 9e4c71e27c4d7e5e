using OpenSora.Contracts.Profiling;
using OpenSora.Inference.Decoding;
using OpenSora.Layout.Decoding;
using OpenSora.Layout.Models;
using static TorchSharp.torch;

namespace OpenSora.Inference.Profiling;

/// <summary>One chunk through both decoders of the public size.</summary>
internal sealed class ProfiledDecoder : IProfiled
{
    private readonly VideoAutoencoder _autoencoder;
    private readonly Tensor _latent;
    private readonly int _frames;

    public ProfiledDecoder(ProfileRequest request)
    {
        SpatialVaeConfig spatial = new() { BlockOutChannels = [128, 256, 512, 512], LayersPerBlock = 2 };
        VideoAutoencoderConfig config = new();
        _frames = request.Frames;
        _autoencoder = new VideoAutoencoder(
            RandomWeights.New(key => key is not ("scale" or "shift")), spatial, config,
            new AutoencoderUnits(FramesPerChunk: _frames), CPU, Precision.Float32);
        _latent = randn(4, _autoencoder.LatentFrames(_frames), request.LatentHeight, request.LatentWidth);
    }

    public IReadOnlyList<Product> Products => [];

    public void Run()
    {
        foreach (Tensor piece in _autoencoder.Decode(_latent, _frames))
            piece.Dispose();
    }
}
