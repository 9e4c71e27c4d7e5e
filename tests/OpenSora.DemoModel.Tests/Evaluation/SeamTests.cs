using OpenSora.DemoModel.Evaluation;

namespace OpenSora.DemoModel.Tests.Evaluation;

public sealed class SeamTests
{
    /// <summary>Levels 0, 2, 4 | 14, 16: the seam is five times the ordinary difference.</summary>
    [Fact]
    public void TheSeamIsComparedWithAllOtherNeighbours()
    {
        Seam seam = Seam.Of([.. new byte[] { 0, 2, 4, 14, 16 }.Select(level => new[] { level, level, level })], 2);
        Assert.Equal(new Seam(10, 2), seam);
        Assert.Equal(5, Seam.Ratio([seam]));
    }

    [Fact]
    public void AStillClipDoesNotDecideTheMean() => Assert.Equal(2, Seam.Ratio([new Seam(3, 0), new Seam(5, 4)]));

    [Fact]
    public void DifferencesAreMeansOfSquares() => Assert.Equal(12.5, Seam.Difference([0, 10], [5, 10]));
}
