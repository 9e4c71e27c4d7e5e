using System.Runtime.InteropServices;
using OpenSora.Cluster.Gangs;
using OpenSora.Cluster.Videos;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Videos;
using OpenSora.FakeCard;

namespace OpenSora.Cluster.Tests.Videos;

public sealed class LatentPreviewTests
{
    /// <summary>Channels 0 to 2 become red, green and blue, so each cell can be found again; sides are odd, so patches are padded.</summary>
    [Fact]
    public void EachCellIsAPixelOfTheMiddleFrame()
    {
        LatentSize latent = LatentSize.Of(17, new FrameSize(24, 40)); // [5, 3, 5]
        float[] tokens = new float[latent.Frames * 2 * 3 * 16];
        for (int y = 0; y < latent.Height; y++)
            for (int x = 0; x < latent.Width; x++)
                for (int channel = 0; channel < 3; channel++)
                    tokens[(2 * 2 * 3 * 16) + (((y / 2 * 3) + (x / 2)) * 16) + (((y % 2 * 2) + (x % 2)) * 4) + channel] = ((y * 5) + x + (20 * channel)) / 127.5f;
        double[][] map = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0], [-1, -1, -1]];
        RgbImage picture = LatentPreview.Of(new Checkpoint(1, [MemoryMarshal.AsBytes(tokens.AsSpan()).ToArray()]), latent, map);
        Assert.Equal((5, 3), (picture.Width, picture.Height));
        for (int i = 0; i < 15; i++)
            for (int channel = 0; channel < 3; channel++)
                Assert.InRange(picture.Pixels[(3 * i) + channel], i + (20 * channel) - 1, i + (20 * channel) + 1);
    }

    [Fact]
    public async Task WatchersAreShownPreviewsOfSteps()
    {
        await using TestCluster cluster = await TestCluster.Start(2);
        await cluster.Cards(2);
        await using TestService service = await TestService.Start(cluster, TestService.OptionsOf(cluster, new FakeSettings { StepMilliseconds = 400 }));
        Contracts.Videos.Video asked = await service.Videos.Submit(TestService.Order(), CancellationToken.None);
        List<VideoPreview> seen = [];
        await foreach (VideoEvent happened in service.Videos.Watch("me", asked.Id, CancellationToken.None))
            if (happened is VideoPreview preview)
                seen.Add(preview);
        Assert.NotEmpty(seen);
        Assert.Equal(seen.Select(preview => preview.Step).Order(), seen.Select(preview => preview.Step));
        // The pixels as they are: 2 x 3 cells.
        Assert.All(seen, preview => Assert.Equal(2 * 3 * 3, preview.Png.Length));
    }
}
