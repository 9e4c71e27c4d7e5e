using OpenSora.Contracts.Generation;
using OpenSora.Inference;
using OpenSora.TestKit;

namespace OpenSora.Card.Tests;

public sealed class ModelShelfTests
{
    [Fact]
    public void NetworksStayLoadedUntilARequestAsksForOthers()
    {
        GenerationRequest request = new() { Prompts = ["a circle"], Models = ModelFolders.In(Path.Combine(Repository.Root, "models", "demo")) };
        using ModelShelf shelf = new(CardDevice.Open("cpu", threads: 1, new CardSettings()));
        Models first = shelf.Of(request, _ => { });
        Assert.Same(first, shelf.Of(request with { Seed = request.Seed + 1, ImageSize = [36, 52] }, _ => { }));
        Assert.NotSame(first, shelf.Of(request with { MicroFrameSize = request.MicroFrameSize + 4 }, _ => { }));
    }
}
