using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Clips;

namespace OpenSora.Card.Serving;

/// <summary>The frames that follow a task in a request.</summary>
internal static class FrameParcels
{
    /// <summary>One frame after the other, each read when it is asked for. Blocks: for the thread that computes.</summary>
    /// <exception cref="InputException">There are fewer or more than the task said.</exception>
    public static IEnumerable<RgbImage> Read(Stream body, CardTask task, CancellationToken cancel)
    {
        int due = (task as EncodeReferenceTask)?.Frames ?? 0;
        for (int frame = 0; frame < due; frame++)
        {
            Parcel<ReferenceFrame> parcel = Parcels.Read(body, CardsJson.Default.ReferenceFrame, cancel).GetAwaiter().GetResult()
                ?? throw new InputException($"{frame} of {due} frames of a reference came");
            yield return new RgbImage(parcel.Header.Width, parcel.Header.Height, parcel.Parts[0].ToArray());
        }
    }
}
