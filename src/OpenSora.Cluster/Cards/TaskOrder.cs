using OpenSora.Contracts.Cards;
using OpenSora.Links;

namespace OpenSora.Cluster.Cards;

/// <summary>A task with its tensors.</summary>
/// <param name="Frames">What follows an <see cref="EncodeReferenceTask"/>; may be gone through again for another attempt.</param>
public sealed record TaskOrder(CardTask Task, IReadOnlyList<ReadOnlyMemory<byte>> Parts, IEnumerable<Part> Frames)
{
    public TaskOrder(CardTask task, params IReadOnlyList<ReadOnlyMemory<byte>> parts) : this(task, parts, [])
    {
    }
}
