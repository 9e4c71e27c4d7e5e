using OpenSora.Cluster.Decoding;
using OpenSora.Contracts.Cards;
using OpenSora.Layout.Clips;
using OpenSora.Prompts.Plans;

namespace OpenSora.Cluster.Jobs;

/// <summary>The videos that are made together, and how far they are.</summary>
/// <param name="Index">From 0.</param>
/// <param name="Noise">A safetensors file with the noise of the first loop; null when it is drawn.</param>
internal sealed record Batch(int Index, IReadOnlyList<PlannedVideo> Videos, ClipPlan Clip, ReadOnlyMemory<byte>? Noise)
{
    /// <summary>Of each video, those of the prompt and then one for each clip that was made: latents [4, T', h, w].</summary>
    public required IReadOnlyList<List<Latent>> References { get; init; }

    /// <summary>The state of the random numbers, which are drawn in the original's order.</summary>
    public required ReadOnlyMemory<byte> Random { get; set; }

    /// <summary>A clip is made: the next one starts from it.</summary>
    public void Continue(Continuation next)
    {
        foreach ((List<Latent> own, (TensorPart part, ReadOnlyMemory<byte> bytes)) in References.Zip(next.Latents))
            own.Add(new Latent(part, bytes));
        Random = next.Random;
    }
}

/// <summary>A latent as a part of a parcel.</summary>
internal readonly record struct Latent(TensorPart Part, ReadOnlyMemory<byte> Bytes);
