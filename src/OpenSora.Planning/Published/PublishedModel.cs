using OpenSora.Contracts.Clips;
using OpenSora.Layout.Decoding;
using OpenSora.Layout.Models;
using OpenSora.Layout.Units;
using OpenSora.Planning.Cards;
using OpenSora.Planning.Work;

namespace OpenSora.Planning.Published;

/// <summary>
/// The published systems as phases. All of them compute both halves of guidance as one batch with fused attention, launched
/// from Python: so kernels are few, large and late. C = 1152, 28 pairs of a spatial and a temporal attention.
/// </summary>
/// <param name="card">Of the published runs.</param>
/// <param name="share">What of the peak matrix products reach, 0 to 1.</param>
internal sealed class PublishedModel(PublishedTime time, CardType card, double share)
{
    /// <summary>From one kernel to the next in eager PyTorch: an assumption, not fitted.</summary>
    private const double KernelSeconds = 10e-6;

    /// <summary>Of a block of the older model, whose code the published page does not name: assumptions.</summary>
    private const double OlderKernels = 84, OlderNumbers = 70;

    private const int Halves = 2, ElementSize = 2, FlowSteps = 30;

    /// <summary>Of Open-Sora 1.0's own configuration for 512 x 512; the published page names none.</summary>
    private const int OlderSteps = 100;

    /// <summary>Tokens of the prompts; the published pages name none.</summary>
    private const int TextLength = 100;

    private static readonly ModelShape s_model = ModelShape.Full;

    private readonly ClipGeometry _clip = time.Resolution is { } resolution
        ? new ClipGeometry(Resolutions.Of(resolution, "9:16", FrameTable.OpenSora), FrameCounts.Of(time.Length))
        : new ClipGeometry(new FrameSize(512, 512), int.Parse(time.Length, System.Globalization.CultureInfo.InvariantCulture));
    private readonly ComputeRate _rate = ComputeRate.Of(card, "bf16", share) with { KernelSeconds = KernelSeconds };

    private bool IsOlder => time.System != PublishedSystem.OpenSora12;

    /// <summary>The older model has no autoencoder over time: each frame is a latent frame.</summary>
    private int Frames => IsOlder ? _clip.Frames : _clip.Latent.Frames;

    /// <summary>Of the whole run: text, steps, decoding. Loading and writing files is not in published times.</summary>
    public double Seconds(double linkShare) =>
        _rate.Seconds(TextWork.Prompt(s_model.Text, ElementSize, 300))
        + (IsOlder ? OlderSteps : FlowSteps) * LockstepSimulation.Run([.. Step()], time.Cards, card, linkShare).Seconds
        + _rate.Seconds(Decoding());

    /// <summary>Phases of a step: a pair of blocks computes on its share, and exchanges as the system does.</summary>
    private IEnumerable<Phase> Step()
    {
        int n = time.Cards, s = Padded(_clip.Grid.PerFrame, n);
        double tokens = (double)Halves * Frames * s / n, c = s_model.Transformer.HiddenSize;
        Effort pair = IsOlder ? OlderPair(tokens, c) : Pair(tokens, c);
        long activation = (long)(tokens * c * ElementSize);
        double[] exchanged = Exchanges(); // in shares of a rank's activation
        for (int block = 0; block < s_model.Transformer.Depth; block++)
            for (int i = 0; i < exchanged.Length; i++)
                yield return new Phase(_rate.Seconds(pair) / exchanged.Length, n == 1 ? 0 : (long)(exchanged[i] * activation / n));
    }

    /// <summary>
    /// All-to-alls of a pair. Open-Sora: queries, keys and values together, attention's result, and the queries and results of
    /// cross-attention. Ulysses: queries, keys, values and results of both attentions. DSP: before and after the spatial one.
    /// </summary>
    private double[] Exchanges() => time.System switch
    {
        PublishedSystem.OpenSora12 => [3, 1, 1, 1],
        PublishedSystem.OlderUlysses => [1, 1, 1, 1, 1, 1, 1, 1],
        _ => [1, 1],
    };

    /// <summary>Two blocks of STDiT3, each with attention, cross-attention and MLP: 28 C² multiplications a token and block.</summary>
    private Effort Pair(double tokens, double c) => new(
        2 * 28.0 * tokens * c * c + 4.0 * tokens * c * (_clip.Grid.PerFrame + Frames + 2 * TextLength),
        ElementSize * (Both(BlockOperations.OfOriginal.Numbers) * tokens * c + 28 * c * c),
        Both(layout => BlockOperations.OfOriginal.Kernels(layout)));

    private static double Both(Func<TokenLayout, double> ofLayout) => ofLayout(TokenLayout.Frames) + ofLayout(TokenLayout.Positions);

    /// <summary>A block of STDiT: both attentions share one cross-attention and one MLP.</summary>
    private Effort OlderPair(double tokens, double c) => new(
        36.0 * tokens * c * c + 4.0 * tokens * c * (_clip.Grid.PerFrame + Frames + TextLength),
        ElementSize * (OlderNumbers * tokens * c + 18 * c * c),
        OlderKernels);

    private Effort Decoding() => IsOlder
        ? _clip.Frames * FrameEffort()
        : ChunksEffort();

    private Effort ChunksEffort()
    {
        DecodeWork decode = new(s_model, _clip, new AutoencoderUnits(), ElementSize, onProcessor: false);
        return decode.Chunks.Aggregate(default(Effort), (sum, chunk) => sum + decode.Chunk(chunk));
    }

    private Effort FrameEffort() => SpatialLayers.Decoder(s_model.Spatial, 1, (long)_clip.Latent.Height * _clip.Latent.Width)
        .Aggregate(default(Effort), (sum, layer) => sum + new Effort(layer.Flops, ElementSize * (layer.Touched + layer.Parameters), layer.Kernels));

    private static int Padded(int positions, int n) => (positions + n - 1) / n * n;
}
