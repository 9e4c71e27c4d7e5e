using OpenSora.Contracts.Profiling;
using OpenSora.Inference.Decoding;
using OpenSora.Layout.Decoding;
using OpenSora.Layout.Models;
using static TorchSharp.torch;

namespace OpenSora.Inference.Profiling;

/// <summary>Which decoders of the autoencoder are timed.</summary>
internal enum DecoderPart
{
    /// <summary>One chunk through both, one after the other.</summary>
    Both,

    /// <summary>A batch of frames through the 2D one.</summary>
    Spatial,

    /// <summary>One chunk through the one over time.</summary>
    Temporal,
}

/// <summary>Decoders of the public size.</summary>
internal sealed class ProfiledDecoder : IProfiled
{
    private readonly VideoAutoencoder _autoencoder;
    private readonly DecoderPart _part;
    private readonly int _frames;

    public ProfiledDecoder(ProfileRequest request, DecoderPart part = DecoderPart.Both)
    {
        SpatialVaeConfig spatial = new() { BlockOutChannels = [128, 256, 512, 512], LayersPerBlock = 2 };
        VideoAutoencoderConfig config = new();
        (_frames, _part) = (request.Frames, part);
        _autoencoder = new VideoAutoencoder(
            RandomWeights.New(key => key is not ("scale" or "shift")), spatial, config,
            new AutoencoderUnits(FramesPerChunk: _frames), CPU, Precision.Float32);
        (long t, long h, long w) = (_autoencoder.LatentFrames(_frames), request.LatentHeight, request.LatentWidth);
        Input = part switch
        {
            DecoderPart.Both => randn([4, t, h, w]),
            DecoderPart.Spatial => randn([_frames, 4, h, w]),
            _ => randn([1, 4, t, h, w]),
        };
    }

    /// <summary>The latent: [4, Tz, h, w]; [F, 4, h, w] of frames for the 2D decoder alone, [1, 4, Tz, h, w] for the one over time alone.</summary>
    public Tensor Input { get; }

    public IReadOnlyList<Product> Products => [];

    public void Run()
    {
        switch (_part)
        {
            case DecoderPart.Spatial:
                _autoencoder.Spatial.Decode(Input).Dispose();
                break;
            case DecoderPart.Temporal:
                _autoencoder.Temporal.Decode(Input, _frames).Dispose();
                break;
            default:
                foreach (Tensor piece in _autoencoder.Decode(Input, _frames))
                    piece.Dispose();
                break;
        }
    }
}
