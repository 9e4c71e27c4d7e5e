using OpenSora.Cluster.Store;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Generation;

namespace OpenSora.Cluster.Tests.Store;

public class BlobTests
{
    [Fact]
    public async Task WhatIsWrittenIsRead()
    {
        using MemoryStream stream = new();
        DecodeTask task = new(Chunk: 3, Video: 1, Videos: 2, Encode: true) { Job = "j", Request = new GenerationRequest { Seed = 7, Prompts = ["ä"] } };
        await Blobs.Write<CardTask>(stream, task, CardsJson.Default.CardTask, [new byte[] { 1, 2, 3 }, Array.Empty<byte>()], default);
        await Blobs.Write<CardReply>(stream, new Alive(CardState.Draining, 5), CardsJson.Default.CardReply, [], default);
        stream.Position = 0;

        Blob<CardTask>? read = await Blobs.Read(stream, CardsJson.Default.CardTask, default);
        DecodeTask header = Assert.IsType<DecodeTask>(read!.Header);
        Assert.Equal(task with { Request = header.Request }, header);
        Assert.Equal((7L, "ä"), (header.Request.Seed, header.Request.Prompts[0]));
        Assert.Equal([1, 2, 3], read.Parts[0].ToArray());
        Assert.Equal(0, read.Parts[1].Length);
        Assert.Equal(new Alive(CardState.Draining, 5), (await Blobs.Read(stream, CardsJson.Default.CardReply, default))!.Header);
        Assert.Null(await Blobs.Read(stream, CardsJson.Default.CardReply, default));
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
            await Blobs.Write(stream, reply, CardsJson.Default.CardReply, [], default);
        stream.Position = 0;
        foreach (CardReply reply in replies)
            Assert.Equal(Text(reply), Text((await Blobs.Read(stream, CardsJson.Default.CardReply, default))!.Header));

        static string Text(CardReply reply) => System.Text.Json.JsonSerializer.Serialize(reply, CardsJson.Default.CardReply);
    }

    /// <summary>Each byte of a blob is changed once, and each length cut once: never a wrong blob, always the one exception.</summary>
    [Fact]
    public async Task DamageIsNeverTakenForABlob()
    {
        using MemoryStream written = new();
        await Blobs.Write<CardReply>(written, new FramesDecoded(2), CardsJson.Default.CardReply, [new byte[] { 1, 2, 3, 4 }], default);
        byte[] whole = written.ToArray();
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= 0x40;
            await Assert.ThrowsAsync<BlobException>(() => Read(damaged));
            if (at > 0)
                await Assert.ThrowsAsync<BlobException>(() => Read(whole[..at]));
        }

        static Task<Blob<CardReply>?> Read(byte[] bytes) => Blobs.Read(new MemoryStream(bytes), CardsJson.Default.CardReply, default);
    }
}
