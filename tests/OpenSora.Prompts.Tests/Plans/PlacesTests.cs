using OpenSora.Contracts;
using OpenSora.Contracts.Generation;
using OpenSora.Prompts.Plans;

namespace OpenSora.Prompts.Tests.Plans;

/// <summary>Where masks put references is looked at before anything is computed.</summary>
public sealed class PlacesTests
{
    private static readonly GenerationRequest Fair = new() { Prompts = ["a circle"], ImageSize = [16, 24], NumFrames = "51", Loop = 2, ReferencePaths = ["a.png"] };

    [Theory]
    [InlineData("0,1", "names reference 1")]
    [InlineData("0,0,0,15", "are none")]
    [InlineData("0,0,-2147483648,-2147483648,2147483647", "are none")]
    [InlineData("1,2", "names reference 2")]
    [InlineData("2", "has a group for loop 2, and --loop makes 0 to 1")]
    [InlineData("0;7,7", "has a group for loop 7")]
    [InlineData("0;-1", "has a group for loop -1")]
    [InlineData("", "has reference 0, a.png, and no --mask-strategy places it: give --mask-strategy 0,0")]
    [InlineData("1,1,-5,0,5", "has reference 0, a.png, and no")]
    public void APlaceThatIsNotThereIsRefused(string strategy, string words) =>
        Assert.Contains(words, Assert.Throws<InputException>(() => Check(Fair with { MaskStrategies = [strategy] })).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("0")]
    [InlineData("0,0,0,-1;1,1,-5,0,5,0.5")]
    [InlineData("1")]
    [InlineData("0,-1")]
    public void APlaceThatIsThereIsTaken(string strategy) => Check(Fair with { MaskStrategies = [strategy] });

    /// <summary>How long a video is nobody knows yet.</summary>
    [Fact]
    public void OfAVideoAnyFrameMayBeThere() => Check(Fair with { ReferencePaths = ["a.mp4"], MaskStrategies = ["0,0,1"] });

    [Theory]
    [InlineData("a circle{\"mask_strategy\": \"0\"}")]
    [InlineData("a circle", "0")]
    public void AMaskWithoutReferencesIsRefused(string prompt, params string[] masks) => Assert.Contains(
        "names reference 0, and the prompt has 0", Assert.Throws<InputException>(() => Check(Fair with { Prompts = [prompt], ReferencePaths = [], MaskStrategies = masks })).Message, StringComparison.Ordinal);

    [Fact]
    public void EachReferenceHasItsPlace()
    {
        GenerationRequest two = Fair with { ReferencePaths = ["a.png;b.png"], MaskStrategies = ["0;1,1"] };
        Check(two);
        Assert.Contains("has reference 1, b.png, and no --mask-strategy places it: give --mask-strategy 0,1", Assert.Throws<InputException>(() => Check(two with { MaskStrategies = ["0;1"] })).Message, StringComparison.Ordinal);
        Assert.Contains("has reference 0", Assert.Throws<InputException>(() => Check(two with { MaskStrategies = [] })).Message, StringComparison.Ordinal);
    }

    /// <summary>Only the second clip has one: the first.</summary>
    [Fact]
    public void ALaterClipHasTheOneBefore() => Check(Fair with { ReferencePaths = [], MaskStrategies = ["1,0,-5,0,5,0.5"] });

    private static void Check(GenerationRequest request) => new GenerationPlan(request).CheckPlaces(path => path.EndsWith(".mp4", StringComparison.Ordinal));
}
