using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Generation;

namespace OpenSora.Contracts.Tests.Cards;

public class ParcelTests
{
    [Fact]
    public async Task WhatIsWrittenIsRead()
    {
        using MemoryStream stream = new();
        DecodeTask task = new(Chunk: 3, Video: 1, Videos: 2, Encode: true) { Job = "j", Request = new GenerationRequest { Seed = 7, Prompts = ["ä"] } };
        await Parcels.Write<CardTask>(stream, task, CardsJson.Default.CardTask, [new byte[] { 1, 2, 3 }, Array.Empty<byte>()], default);
        await Parcels.Write<CardReply>(stream, new Alive(CardState.Draining), CardsJson.Default.CardReply, [], default);
        stream.Position = 0;

        Parcel<CardTask>? read = await Parcels.Read(stream, CardsJson.Default.CardTask, default);
        DecodeTask header = Assert.IsType<DecodeTask>(read!.Header);
        Assert.Equal(task with { Request = header.Request }, header);
        Assert.Equal((7L, "ä"), (header.Request.Seed, header.Request.Prompts[0]));
        Assert.Equal([1, 2, 3], read.Parts[0].ToArray());
        Assert.Equal(0, read.Parts[1].Length);
        Assert.Equal(new Alive(CardState.Draining), (await Parcels.Read(stream, CardsJson.Default.CardReply, default))!.Header);
        Assert.Null(await Parcels.Read(stream, CardsJson.Default.CardReply, default));
    }

    [Fact]
    public async Task EveryReplyAndTaskSurvivesTheTrip()
    {
        CardReply[] replies =
        [
            new StepHandedIn(3, 0, 5, new WorkCounts(1, 2, 3, 4, 5, 0.5, 0.25, 1)), new Denoised(1.5) { PeakMemoryBytes = 9 },
            new TaskFailed(4, "broken", Rank: 2), new Loaded("m"), new Decoded(new TensorPart("fp32", [4, 5])),
        ];
        using MemoryStream stream = new();
        foreach (CardReply reply in replies)
            await Parcels.Write(stream, reply, CardsJson.Default.CardReply, [], default);
        stream.Position = 0;
        foreach (CardReply reply in replies)
            Assert.Equal(Text(reply), Text((await Parcels.Read(stream, CardsJson.Default.CardReply, default))!.Header));

        static string Text(CardReply reply) => System.Text.Json.JsonSerializer.Serialize(reply, CardsJson.Default.CardReply);
    }

    /// <summary>Each byte of a parcel is changed once, and each length cut once: never a wrong parcel, always the one exception.</summary>
    [Fact]
    public async Task DamageIsNeverTakenForAParcel()
    {
        using MemoryStream written = new();
        await Parcels.Write<CardReply>(written, new FramesDecoded(2), CardsJson.Default.CardReply, [new byte[] { 1, 2, 3, 4 }], default);
        byte[] whole = written.ToArray();
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= 0x40;
            await Assert.ThrowsAsync<ParcelException>(() => Read(damaged));
            if (at > 0)
                await Assert.ThrowsAsync<ParcelException>(() => Read(whole[..at]));
        }

        static Task<Parcel<CardReply>?> Read(byte[] bytes) => Parcels.Read(new MemoryStream(bytes), CardsJson.Default.CardReply, default);
    }
}
