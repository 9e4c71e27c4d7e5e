using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Generation;

namespace OpenSora.Contracts.Tests.Clips;

public sealed class ClipGeometryTests
{
    [Fact]
    public void EveryLatentSizeIsTheOriginals()
    {
        List<JsonElement> rows = GoldenTable.Rows("case3_vae", "latent_size.json");
        Assert.True(rows.Count > 300);
        Assert.All(rows, row =>
        {
            int[] input = row.GetProperty("input").Deserialize<int[]>()!;
            LatentSize latent = new ClipGeometry(new FrameSize(input[1], input[2]), input[0]).Latent;
            Assert.Equal(row.GetProperty("pipeline").Deserialize<int[]>()!, new[] { latent.Frames, latent.Height, latent.Width });
        });
    }

    /// <summary>Rows of the published table of sizes at 9:16.</summary>
    [Theory]
    [InlineData("144p", "1", 1, "144x256", "144x256", 9, 16, 144)]
    [InlineData("144p", "2s", 51, "144x256", "144x256", 9, 16, 2160)]
    [InlineData("240p", "4s", 102, "240x426", "240x424", 15, 27, 12150)]
    [InlineData("360p", "8s", 204, "360x640", "360x640", 23, 40, 55200)]
    [InlineData("480p", "16s", 408, "480x854", "480x848", 30, 53, 190800)]
    [InlineData("720p", "16s", 408, "720x1280", "720x1280", 45, 80, 432000)]
    public void ARequestHasTheSizesOfTheTable(string resolution, string length, int frames, string nominal, string output, int rows, int columns, long tokens)
    {
        ClipGeometry clip = ClipGeometry.Of(new GenerationRequest { Resolution = resolution, NumFrames = length });
        Assert.Equal((frames, nominal, output), (clip.Frames, clip.Nominal.ToString(), clip.Output.ToString()));
        Assert.Equal((rows, columns, rows * columns, tokens), (clip.Grid.Rows, clip.Grid.Columns, clip.Grid.PerFrame, clip.Grid.Tokens));
        Assert.Equal(frames == 1, clip.IsImage);
    }

    [Fact]
    public void TheImageSizeWinsOverTheTable()
    {
        ClipGeometry clip = ClipGeometry.Of(new GenerationRequest { Resolution = "nonsense", ImageSize = [97, 131], NumFrames = "2s", FrameTable = "enflame" });
        Assert.Equal((new FrameSize(97, 131), 40, new LatentSize(12, 12, 16)), (clip.Nominal, clip.Frames, clip.Latent));
    }

    [Theory]
    [InlineData(240, 426, "--image-size 240 424")]
    [InlineData(15, 16, "--image-size 8 16")]
    [InlineData(240, 424, null)]
    public void AStrictSizeIsMadeAsItIsOrRefusedWithTheNearest(int height, int width, string? remedy)
    {
        GenerationRequest request = new() { ImageSize = [height, width] };
        Assert.Equal(remedy is not null, ClipGeometry.Of(request).IsRounded);
        if (remedy is null)
            Assert.Equal($"{height}x{width}", ClipGeometry.Of(request with { StrictSize = true }).Output.ToString());
        else
            Assert.Contains(remedy, Assert.Throws<InputException>(() => ClipGeometry.Of(request with { StrictSize = true })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnImageSizeOfOneNumberIsRefused() =>
        Assert.Throws<InputException>(() => ClipGeometry.Of(new GenerationRequest { ImageSize = [240] }));

    [Fact]
    public void FramesAreTheLargestMultiplesOfEightWithinTheNominalSize() => Prop.ForAll(Clips(), clip =>
    {
        (int height, int width) = clip.Output;
        return height % 8 == 0 && width % 8 == 0
            && clip.Nominal.Height - height is >= 0 and < 8 && clip.Nominal.Width - width is >= 0 and < 8
            && clip.Grid.Rows * 2 - clip.Latent.Height is 0 or 1 && clip.Grid.Columns * 2 - clip.Latent.Width is 0 or 1;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void ChunksAddUp() => Prop.ForAll(Clips(), Gen.Choose(0, 20).ToArbitrary(), (clip, chunks) =>
        LatentSize.Of(clip.Frames + (17 * chunks), clip.Nominal).Frames == clip.Latent.Frames + (5 * chunks)).QuickCheckThrowOnFailure();

    private static Arbitrary<ClipGeometry> Clips() =>
        (from height in Gen.Choose(8, 2000)
         from width in Gen.Choose(8, 2000)
         from frames in Gen.Choose(1, 900)
         select new ClipGeometry(new FrameSize(height, width), frames)).ToArbitrary();
}
