using OpenSora.Contracts.Profiling;
using OpenSora.Inference.Text;
using OpenSora.Layout.Models;
using static TorchSharp.torch;

namespace OpenSora.Inference.Profiling;

/// <summary>One prompt through a T5 encoder with the proportions of T5-XXL.</summary>
internal sealed class ProfiledText : IProfiled
{
    private const int Vocabulary = 512;

    private readonly T5Encoder _encoder;
    private readonly Tensor _ids;

    public ProfiledText(ProfileRequest request)
    {
        long c = request.Hidden, inner = 5 * c / 2;
        T5EncoderConfig config = new()
        {
            DModel = c,
            DKv = c / request.Heads,
            NumHeads = request.Heads,
            NumLayers = request.Depth,
            DFf = inner,
            VocabSize = Vocabulary,
            FeedForwardProj = "gated-gelu",
        };
        _encoder = new T5Encoder(RandomWeights.New(), config);
        _ids = tensor([.. Enumerable.Range(0, (int)request.Tokens).Select(i => (long)i % Vocabulary)]);
        Products =
        [
            new Product(3 * request.Depth, request.Tokens, config.Inner, c),
            new Product(request.Depth, request.Tokens, c, config.Inner),
            new Product(2 * request.Depth, request.Tokens, inner, c),
            new Product(request.Depth, request.Tokens, c, inner),
        ];
    }

    public IReadOnlyList<Product> Products { get; }

    public void Run() => _encoder.Encode(_ids).Dispose();
}
