using OpenSora.Cluster.Cards;
using OpenSora.Contracts.Cards;

namespace OpenSora.Cluster.Decoding;

/// <summary>Joins the latents of a clip's chunks along time, as bytes.</summary>
internal static class LatentJoin
{
    private const int Channels = 0, Time = 1;

    /// <param name="chunks">[C, t, h, w] each, of one type, channels, height and width, in order.</param>
    /// <returns>[C, T, h, w]: a channel's rows of all chunks, then the next channel's.</returns>
    /// <exception cref="AnswerException">The chunks do not go together.</exception>
    public static (TensorPart Part, ReadOnlyMemory<byte> Bytes) AlongTime(IReadOnlyList<(TensorPart Part, ReadOnlyMemory<byte> Bytes)> chunks)
    {
        TensorPart first = chunks[0].Part;
        foreach ((TensorPart part, ReadOnlyMemory<byte> bytes) in chunks)
            if (part.Shape.Count != 4 || part.Type != first.Type || part.Shape[Channels] != first.Shape[Channels] || !part.Shape.Skip(2).SequenceEqual(first.Shape.Skip(2))
                || part.Shape[Time] < 1 || bytes.Length * first.Shape[Time] != chunks[0].Bytes.Length * part.Shape[Time])
                throw new AnswerException($"latents [{string.Join(", ", part.Shape)}] ({part.Type}, {bytes.Length} bytes) and [{string.Join(", ", first.Shape)}] ({first.Type}) cannot be joined along time");
        int channels = (int)first.Shape[Channels], at = 0;
        byte[] joined = new byte[chunks.Sum(chunk => chunk.Bytes.Length)];
        for (int channel = 0; channel < channels; channel++)
        {
            foreach ((_, ReadOnlyMemory<byte> bytes) in chunks)
            {
                int run = bytes.Length / channels;
                bytes.Slice(channel * run, run).CopyTo(joined.AsMemory(at));
                at += run;
            }
        }
        return (first with { Shape = [channels, chunks.Sum(chunk => chunk.Part.Shape[Time]), .. first.Shape.Skip(2)] }, joined);
    }
}
