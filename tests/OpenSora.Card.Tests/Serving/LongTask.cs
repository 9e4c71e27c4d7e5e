using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Generation;

namespace OpenSora.Card.Tests.Serving;

/// <summary>A denoise on one card that is under way.</summary>
internal sealed class LongTask : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly Stream _body;

    private LongTask(HttpResponseMessage response, Stream body) => (_response, _body) = (response, body);

    public static async Task<LongTask> Begin(RunningCard card, GenerationRequest request, CancellationToken cancel)
    {
        Parcel<CardReply> text = (await card.Do(DemoTokens.Encode("a red ball") with { Job = "job", Request = request }))[^1];
        Parcel<CardReply> start = (await card.Do(new StartTask(0, [new StartOfVideo("", [])], HasNoise: false) { Job = "job", Request = request }, ReadOnlyMemory<byte>.Empty))[^1];
        DenoiseTask task = new()
        {
            Job = "job",
            Request = request,
            Epoch = 1,
            Rank = 0,
            Links = [card.Registration.Links],
            Loop = 0,
            FirstStep = 0,
            EditRatios = ((Started)start.Header).EditRatios,
            Prompts = ((TextEncoded)text.Header).Prompts,
        };
        HttpResponseMessage response = await card.Ask(task, [.. start.Parts, .. text.Parts], cancel: cancel);
        response.EnsureSuccessStatusCode();
        return new LongTask(response, await response.Content.ReadAsStreamAsync(cancel));
    }

    /// <summary>Reads on to the next reply of a kind.</summary>
    public async Task<T> Read<T>() where T : CardReply
    {
        while (await Parcels.Read(_body, CardsJson.Default.CardReply, CancellationToken.None) is { } reply)
        {
            if (reply.Header is T wanted)
                return wanted;
            Assert.IsNotType<TaskFailed>(reply.Header);
        }
        throw new InvalidOperationException($"the answer ended without a {typeof(T).Name}");
    }

    public void Dispose() => _response.Dispose();
}
