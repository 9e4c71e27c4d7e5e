using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Layout.Clips;

namespace OpenSora.Layout.Tests.Clips;

public class LoopOverlapTests
{
    [Fact]
    public void Latents_of_whole_chunks_are_the_frames_that_make_them()
    {
        for (int chunks = 0; chunks < 20; chunks++)
        {
            int frames = LoopOverlap.FramesOf(5 * chunks);
            Assert.Equal(17 * chunks, frames);
            if (frames > 0)
                Assert.Equal(5 * chunks, LatentSize.Of(frames, default).Frames);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(-5)]
    public void Parts_of_chunks_are_refused(int latentFrames) =>
        Assert.Contains("5, 10, 15", Assert.Throws<InputException>(() => LoopOverlap.FramesOf(latentFrames)).Message, StringComparison.Ordinal);
}
