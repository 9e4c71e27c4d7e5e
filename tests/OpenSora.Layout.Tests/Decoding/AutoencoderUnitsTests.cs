using FsCheck;
using FsCheck.Fluent;
using OpenSora.Contracts;
using OpenSora.Layout.Decoding;

namespace OpenSora.Layout.Tests.Decoding;

public class AutoencoderUnitsTests
{
    [Fact]
    public void A_chunk_of_17_frames_has_5_latent_frames_and_the_last_chunk_what_is_left()
    {
        FrameChunk[] chunks = new AutoencoderUnits().Chunks(40, 4).ToArray();
        Assert.Equal([new(0, 0, 17, 0, 5), new(1, 17, 17, 5, 5), new(2, 34, 6, 10, 2)], chunks);
    }

    [Fact]
    public void A_chunk_is_decoded_in_batches_of_4() =>
        Assert.Equal([new(0, 4), new(4, 4), new(8, 4), new(12, 4), new(16, 1)], new AutoencoderUnits().Batches(17));

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    public void Null_and_zero_mean_all_at_once(int? size)
    {
        AutoencoderUnits units = new(size, size);
        Assert.Equal([new(0, 0, 51, 0, 13)], units.Chunks(51, 4));
        Assert.Equal([new(0, 51)], units.Batches(51));
    }

    [Fact]
    public void Chunks_and_batches_cover_a_clip_once_and_in_order() => Prop.ForAll(
        ArbMap.Default.ArbFor<(PositiveInt, PositiveInt, PositiveInt)>(), sizes =>
    {
        (int frames, int chunk, int batch) = (sizes.Item1.Get, sizes.Item2.Get, sizes.Item3.Get);
        AutoencoderUnits units = new(chunk, batch);
        FrameChunk[] chunks = units.Chunks(frames, 4).ToArray();
        Assert.Equal(Enumerable.Range(0, frames), chunks.SelectMany(c => units.Batches(c.Frames).SelectMany(b => Enumerable.Range(c.FirstFrame + b.First, b.Count))));
        Assert.Equal(Enumerable.Range(0, chunks.Sum(c => c.Latents)), chunks.SelectMany(c => Enumerable.Range(c.FirstLatent, c.Latents)));
        Assert.All(chunks, c => Assert.InRange(c.Frames, 4 * (c.Latents - 1) + 1, Math.Min(4 * c.Latents, chunk)));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_negative_size_is_refused_by_name()
    {
        Assert.Contains("micro frame size) of -1", Assert.Throws<InputException>(() => new AutoencoderUnits(-1)).Message, StringComparison.Ordinal);
        Assert.Contains("micro batch size) of -4", Assert.Throws<InputException>(() => new AutoencoderUnits(17, -4)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_clip_without_frames_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new AutoencoderUnits().Chunks(0, 4).ToArray());
}
