using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Planning;
using OpenSora.Layout.Decoding;
using OpenSora.Layout.Gangs;
using OpenSora.Layout.Models;
using OpenSora.Planning.Cards;
using OpenSora.Planning.Memory;
using OpenSora.Planning.Work;
using Xunit.Abstractions;

namespace OpenSora.Planning.Tests.Memory;

public class CardMemoryTests(ITestOutputHelper output)
{
    /// <summary>What the model of memory may be wrong by, of the measured peak.</summary>
    private const double Tolerance = 0.3, MeanTolerance = 0.12;

    private static readonly CardType s_processor = ThisMachine.Detect() with { MemoryBytes = 24_000_000_000 };

    [Theory]
    [MemberData(nameof(Measured.Runs), MemberType = typeof(Measured))]
    public void Peak_is_near_what_was_measured(string model, int height, int width, int frames, string dtype, int batch, long peak, long beforeDecode)
    {
        IReadOnlyList<MemoryPart> parts = Of(Measured.Model(model), Measured.Clip(height, width, frames), s_processor, dtype, batch).Parts(0);
        long predicted = CardMemory.Peak(parts), before = CardMemory.Peak([.. parts.Where(part => part.When != "decode")]);
        output.WriteLine($"{model} {height}x{width} {frames} {dtype} {batch}: {predicted / 1e6:0} of {peak / 1e6:0} MB {predicted / (double)peak - 1:P0}, before decoding {before / 1e6:0} of {beforeDecode / 1e6:0} MB {before / (double)beforeDecode - 1:P0}");
        Assert.InRange(predicted / (double)peak, 1 - Tolerance, 1 + Tolerance);
        Assert.InRange(before / (double)beforeDecode, 1 - Tolerance, 1 + Tolerance);
    }

    [Fact]
    public void The_mean_error_of_the_peak_is_small()
    {
        double error = Measured.Runs.Select(row => (object[])row).Average(row => Math.Abs(
            Of(Measured.Model((string)row[0]), Measured.Clip((int)row[1], (int)row[2], (int)row[3]), s_processor, (string)row[4], (int)row[5]).Peak(0) / (double)(long)row[6] - 1));
        output.WriteLine($"{error:P1}");
        Assert.InRange(error, 0, MeanTolerance);
    }

    [Fact]
    public void More_cards_hold_less_of_the_tokens_and_the_same_weights()
    {
        ClipGeometry clip = Clip.Of("720p", "16s");
        IReadOnlyList<MemoryPart> one = Of(ModelShape.Full, clip, Clip.H100, "bf16", 4).Parts(0), eight = Of(ModelShape.Full, clip, Clip.H100, "bf16", 4, 8).Parts(0);
        long Stream(IReadOnlyList<MemoryPart> parts) => parts.Single(part => part.Name.StartsWith("residual", StringComparison.Ordinal)).Bytes;
        Assert.Equal(2L * 432_000 * 1152 * 2, Stream(one));
        Assert.InRange(Stream(eight), Stream(one) / 4, Stream(one) / 4 * 1.04); // units are whole
        foreach (string weights in new[] { "transformer weights", "autoencoder weights", "text encoder weights" })
            Assert.Equal(one.Single(part => part.Name == weights).Bytes, eight.Single(part => part.Name == weights).Bytes);
        Assert.Equal(0, one.Single(part => part.Name.StartsWith("units under way", StringComparison.Ordinal)).Bytes);
    }

    /// <summary>Design: 720p 16 s needs the weights and the residual stream, not the 67 GB of the original.</summary>
    [Fact]
    public void The_largest_clip_fits_one_small_card()
    {
        long peak = Of(ModelShape.Full, Clip.Of("720p", "16s"), Clip.H100, "bf16", 4).Peak(0);
        Assert.InRange(peak, 10_000_000_000, 20_000_000_000);
    }

    [Fact]
    public void Only_the_first_card_holds_the_text_encoder()
    {
        CardMemory memory = Of(ModelShape.Full, Clip.Of("480p", "4s"), Clip.H100, "bf16", 4, 3);
        Assert.Contains(memory.Parts(0), part => part.Name == "text encoder weights" && part.Bytes == 2 * 4_762_310_656);
        Assert.DoesNotContain(memory.Parts(1), part => part.Name == "text encoder weights");
    }

    /// <summary>By broadcast the results of four attentions of 28 layers, by the first block four copies of the tokens; of each half.</summary>
    [Theory]
    [InlineData("none", 0)]
    [InlineData("pab", 4 * 28)]
    [InlineData("fb", 4)]
    public void What_a_cache_keeps_is_counted(string cache, long tokens)
    {
        IReadOnlyList<MemoryPart> parts = Of(ModelShape.Full, Clip.Of("480p", "4s"), Clip.H100, "bf16", 4, cache: cache).Parts(0);
        Assert.Equal(tokens * 2 * 47_700 * 1152 * 2, parts.Where(part => part is { Name: "kept for --cache", When: "denoise" }).Sum(part => part.Bytes));
    }

    private static CardMemory Of(ModelShape model, ClipGeometry clip, CardType card, string dtype, int batch, int cards = 1, string cache = "none") => new(
        model, clip, GangPlan.For(Clip.Units(clip), cards),
        new DecodeWork(model, clip, new AutoencoderUnits(17, batch), ElementSize.Of(card.ComputeType(dtype)), card.IsProcessor), card, dtype, 300,
        StepCache.Parse(cache));
}
