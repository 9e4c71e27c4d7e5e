using System.Reflection;
using OpenSora.Contracts.Clips;
using OpenSora.Inference.Transformer;
using OpenSora.Layout.Decoding;
using OpenSora.Layout.Models;
using OpenSora.Layout.Units;
using OpenSora.Planning.Work;

namespace OpenSora.Planning.Tests.Work;

public class WorkTests
{
    /// <summary>Operations of one forward of both halves with 40 tokens of text, worked out by hand for the public network.</summary>
    [Theory]
    [InlineData("144p", "2s", 9.15)]
    [InlineData("240p", "1", 1.77)]
    [InlineData("480p", "2s", 109.67)]
    [InlineData("720p", "16s", 2221.63)]
    public void Forward_has_the_known_operations(string resolution, string frames, double teraflops)
    {
        TransformerWork work = new(ModelShape.Full.Transformer, 2, 40, Clip.H100 with { Multiprocessors = null });
        // The hand-made figure counts the prompt's keys and values in each forward; here they are computed once a job.
        Effort forward = work.Forward(Clip.Units(Clip.Of(resolution, frames))) + work.Prompt();
        Assert.InRange(2 * forward.Flops / 1e12 / teraflops, 0.98, 1.02);
    }

    /// <summary>Operations of the decoders: of a frame and of a whole chunk.</summary>
    [Theory]
    [InlineData("144p", 0.35, 1.38)]
    [InlineData("360p", 2.21, 8.62)]
    [InlineData("480p", 3.93, 15.2)]
    [InlineData("720p", 9.14, 34.5)]
    public void Decoding_has_the_known_operations(string resolution, double frame, double chunk)
    {
        ClipGeometry clip = Clip.Of(resolution, "17");
        DecodeWork decode = new(ModelShape.Full, clip, new AutoencoderUnits(), 2, onProcessor: false);
        Assert.InRange(decode.Chunk(decode.Chunks[0]).Flops / 1e12 / (17 * frame + chunk), 0.97, 1.03);
    }

    /// <summary>The transformer's own limits, which are private there.</summary>
    [Fact]
    public void Score_blocks_are_cut_as_the_transformer_cuts_them()
    {
        Type attention = typeof(STDiT3).Assembly.GetType("OpenSora.Inference.Transformer.Attention", throwOnError: true)!;
        long Limit(string name) => (long)attention.GetField(name, BindingFlags.NonPublic | BindingFlags.Static)!.GetRawConstantValue()!;
        Assert.Equal(ScoreBlocks.Queries, Limit("Queries"));
        Assert.Equal(ScoreBlocks.MostScores, Limit("Scores"));
    }

    [Fact]
    public void A_run_is_the_sum_of_its_units()
    {
        TransformerWork work = new(ModelShape.Full.Transformer, 2, 100, Clip.H100);
        var units = Clip.Units(Clip.Of("240p", "51"));
        foreach (var layout in Enum.GetValues<TokenLayout>())
        {
            Effort sum = units.Units(layout).Aggregate(default(Effort), (all, unit) => all + work.Unit(units, layout, unit.Count));
            Effort run = work.Run(units, layout, units.Whole(layout));
            Assert.Equal(sum.Flops, run.Flops, sum.Flops * 1e-12);
            Assert.Equal(sum.Kernels, run.Kernels, 1e-6);
        }
    }

    [Fact]
    public void Kernels_take_as_long_as_their_launches_at_least()
    {
        ComputeRate rate = new(1e12, 1e12, 5e-6);
        Assert.Equal(3.0, rate.Seconds(new Effort(1e12, 2e12, 10)), 1e-12);
        Assert.Equal(5.0, rate.Seconds(new Effort(1e12, 2e12, 1e6)), 1e-12);
    }
}
