using OpenSora.DemoModel.Clips;
using OpenSora.DemoModel.Evaluation;

namespace OpenSora.DemoModel.Tests.Evaluation;

public sealed class ShareTests
{
    /// <summary>Values of Wilson's interval from its closed form: 8 of 10 gives 0.490 to 0.943.</summary>
    [Theory]
    [InlineData(8, 10, 0.4902, 0.9433)]
    [InlineData(0, 20, 0, 0.1611)]
    [InlineData(20, 20, 0.8389, 1)]
    public void IntervalIsWilsons(int right, int of, double low, double high)
    {
        double[] interval = new Share(right, of).Interval;
        Assert.Equal(low, interval[0], 1e-3);
        Assert.Equal(high, interval[1], 1e-3);
    }

    /// <summary>Of what was drawn itself everything is right.</summary>
    [Fact]
    public void GroundTruthIsAllRight()
    {
        List<(Clip, Verdict)> seen = [];
        for (ulong seed = 0; seed < 200; seed++)
        {
            Clip clip = Clip.Draw(seed);
            seen.Add((clip, Judge.Look([Frame(clip, 0), Frame(clip, 16)], 64, 64)));
        }
        Accuracy accuracy = Accuracy.Of(seen);
        Assert.All(
            new[] { accuracy.Colour, accuracy.Background, accuracy.Shape, accuracy.Direction4, accuracy.Direction8, accuracy.Still, accuracy.Speed },
            share => Assert.Equal((share.Of, true), (share.Right, share.Of > 10)));

        static byte[] Frame(Clip clip, int frame)
        {
            byte[] rgb = new byte[64 * 64 * 3];
            clip.Paint(frame, 17, 64, 64, rgb);
            return rgb;
        }
    }
}
