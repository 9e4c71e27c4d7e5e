using OpenSora.DemoModel.Clips;

namespace OpenSora.DemoModel.Tests.Clips;

public sealed class JudgeTests
{
    [Theory]
    [InlineData(64, 64, 17)]
    [InlineData(72, 128, 51)]
    [InlineData(96, 64, 34)]
    public void SeesWhatWasDrawn(int height, int width, int frames)
    {
        for (ulong seed = 0; seed < 1000; seed++)
        {
            Clip clip = Clip.Draw(seed, held: seed % 2 == 0);
            Verdict verdict = Judge.Look([Frame(clip, 0), Frame(clip, frames - 1)], height, width);
            Assert.Equal((seed, clip.Background, clip.Colour, clip.Shape, clip.Motion), (seed, verdict.Background, verdict.Colour, verdict.Shape, verdict.Motion));
        }

        byte[] Frame(Clip clip, int frame)
        {
            byte[] rgb = new byte[height * width * 3];
            clip.Paint(frame, frames, height, width, rgb);
            return rgb;
        }
    }

    [Fact]
    public void AnEmptyFrameHasNoShape()
    {
        byte[] grey = new byte[64 * 64 * 3];
        Array.Fill(grey, (byte)120);
        Verdict verdict = Judge.Look([grey, grey], 64, 64);
        Assert.Equal(("gray", null, null, null), (verdict.Background.Name, verdict.Colour, verdict.Shape, verdict.Motion));
    }

    [Fact]
    public void TheSameNumberIsTheSameClip()
    {
        Assert.Equal(Clip.Draw(5), Clip.Draw(5));
        foreach (Func<Clip, ulong, string> wording in new[] { Captions.Varied, Captions.Rearranged, Captions.Unseen })
            Assert.Equal(wording(Clip.Draw(5), 5), wording(Clip.Draw(5), 5));
        Assert.All(Enumerable.Range(0, 500), seed => Assert.False(Clip.Draw((ulong)seed).HeldOut));
        Assert.All(Enumerable.Range(0, 500), seed => Assert.True(Clip.Draw((ulong)seed, held: true).HeldOut));
    }

    [Fact]
    public void ACaptionNamesWhatIsSeen()
    {
        for (ulong seed = 0; seed < 500; seed++)
        {
            Clip clip = Clip.Draw(seed);
            foreach (string caption in new[] { Captions.Plain(clip), Captions.Varied(clip, seed), Captions.Rearranged(clip, seed), Captions.Unseen(clip, seed) })
            {
                Assert.Contains(clip.Colour.Name, caption);
                Assert.Contains(clip.Background.Name, caption);
                Assert.Contains(clip.Shape.ToString(), caption, StringComparison.OrdinalIgnoreCase);
            }
        }
    }

    /// <summary>What is called unseen is: no training wording of any clip is one of the evaluation's.</summary>
    [Fact]
    public void UnseenWordingsAreNoneOfTraining()
    {
        foreach (Motion motion in Words.Motions)
        {
            Clip clip = Clip.Draw(1) with { Motion = motion };
            HashSet<string> trained = [Captions.Plain(clip), .. Enumerable.Range(0, 2000).SelectMany(i => new[] { Captions.Varied(clip, (ulong)i), Captions.Rearranged(clip, (ulong)i) })];
            Assert.All(Enumerable.Range(0, 200), i => Assert.DoesNotContain(Captions.Unseen(clip, (ulong)i), trained));
        }
    }
}
