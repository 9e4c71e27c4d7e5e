using OpenSora.Card.Tests.Serving;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Generation;

namespace OpenSora.Card.Tests.Faults;

/// <summary>A denoise on two cards that is under way; nothing of the first answers is read yet.</summary>
internal sealed class Pair : IAsyncDisposable
{
    private Pair(Asked first, Asked second) => (First, Second, OfSecond) = (first, second, second.Rest());

    public Asked First { get; }

    public Asked Second { get; }

    /// <summary>All that the second one answers: a coordinator always reads.</summary>
    public Task<List<Reply>> OfSecond { get; }

    public static async Task<Pair> Begin(RunningCard first, RunningCard second, GenerationRequest request, long epoch, int? sumsAfter = null)
    {
        Reply text = (await first.Do(DemoTokens.Encode("a red ball") with { Job = "job", Request = request }))[^1];
        Reply start = (await first.Do(new StartTask(0, [new StartOfVideo("", [])], HasNoise: false) { Job = "job", Request = request }, ReadOnlyMemory<byte>.Empty))[^1];
        DenoiseTask task = new()
        {
            Job = "job",
            Request = request,
            Epoch = epoch,
            Rank = 0,
            Links = [first.Description.Links, second.Description.Links],
            Loop = 0,
            FirstStep = 0,
            SumsAfter = sumsAfter,
            EditRatios = ((Started)start.Header).EditRatios,
            Prompts = ((TextEncoded)text.Header).Prompts,
        };
        foreach (RunningCard card in (RunningCard[])[first, second])
            await card.Do(new LoadTask([Network.Transformer]) { Job = "job", Request = request });
        IReadOnlyList<ReadOnlyMemory<byte>> parts = [.. start.Parts, .. text.Parts];
        Asked other = second.Ask(task with { Rank = 1 }, parts);
        return new Pair(first.Ask(task, parts), other);
    }

    public async ValueTask DisposeAsync()
    {
        await First.DisposeAsync();
        await Second.DisposeAsync();
    }
}
