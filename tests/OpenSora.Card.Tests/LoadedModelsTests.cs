using OpenSora.Contracts.Generation;
using OpenSora.Inference;
using OpenSora.TestKit;

namespace OpenSora.Card.Tests;

public sealed class LoadedModelsTests
{
    [Fact]
    public void NetworksStayLoadedUntilARequestAsksForOthers()
    {
        GenerationRequest request = new() { Prompts = ["a circle"], Models = ModelFolders.In(Path.Combine(Repository.Root, "models", "demo")) };
        using LoadedModels models = new(CardDevice.Open("cpu", threads: 1, new CardSettings()));
        Models first = models.Of(request, _ => { });
        Assert.Same(first, models.Of(request with { Seed = request.Seed + 1, ImageSize = [36, 52] }, _ => { }));
        Assert.NotSame(first, models.Of(request with { MicroFrameSize = request.MicroFrameSize + 4 }, _ => { }));
    }
}
