using System.Net;
using System.Net.Http.Headers;
using OpenSora.Contracts.Cards;

namespace OpenSora.Cluster.Cards;

/// <summary>The body of a task: its parcel, and the frames that follow it.</summary>
internal sealed class TaskContent : HttpContent
{
    private readonly TaskOrder _order;
    private readonly TimeSpan _silence;

    public TaskContent(TaskOrder order, TimeSpan silence)
    {
        (_order, _silence) = (order, silence);
        Headers.ContentType = new MediaTypeHeaderValue(CardProtocol.ContentType);
    }

    /// <summary>All of it is on its way: now it is the card's turn.</summary>
    public event Action? Sent;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        DeadlineStream output = new(stream, _silence);
        await Parcels.Write(output, _order.Task, CardsJson.Default.CardTask, _order.Parts, cancellationToken);
        foreach ((ReferenceFrame frame, ReadOnlyMemory<byte> pixels) in _order.Frames)
            await Parcels.Write(output, frame, CardsJson.Default.ReferenceFrame, [pixels], cancellationToken);
        Sent?.Invoke();
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}

/// <summary>A task with its tensors.</summary>
/// <param name="Frames">What follows an <see cref="EncodeReferenceTask"/>; may be gone through again for another attempt.</param>
public sealed record TaskOrder(CardTask Task, IReadOnlyList<ReadOnlyMemory<byte>> Parts, IEnumerable<(ReferenceFrame, ReadOnlyMemory<byte>)> Frames)
{
    public TaskOrder(CardTask task, params IReadOnlyList<ReadOnlyMemory<byte>> parts) : this(task, parts, [])
    {
    }
}
