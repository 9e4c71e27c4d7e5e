using System.Security.Cryptography;
using OpenSora.Card.Tests.Serving;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Generation;
using OpenSora.Layout.Clips;
using OpenSora.Layout.Decoding;
using OpenSora.Layout.Latents;
using OpenSora.Prompts.Plans;
using OpenSora.Video.Reading;

namespace OpenSora.Card.Tests.Tasks;

/// <summary>A request, task by task, on cards that are processes of their own: the least that a coordinator does.</summary>
internal sealed class CardGeneration(IReadOnlyList<RunningCard> cards, GenerationRequest request)
{
    private static readonly ReadOnlyMemory<byte> Nothing = ReadOnlyMemory<byte>.Empty;

    private readonly string _job = Guid.NewGuid().ToString("n");
    private ReadOnlyMemory<byte> _random = Nothing;
    private long _epoch;

    /// <summary>Cards that denoise the second half of the steps; null for the same.</summary>
    public IReadOnlyList<RunningCard>? Later { get; init; }

    /// <summary>What each step of the last denoise took, of all ranks together.</summary>
    public Dictionary<int, WorkCounts> Steps { get; } = [];

    /// <summary>What all ranks together may send in one step.</summary>
    public double EvenBytes { get; private set; }

    /// <summary>The hashes of each video, as the pipeline reports them.</summary>
    public async Task<IReadOnlyList<GenerationHashes>> Run()
    {
        IReadOnlyList<PlannedVideo> videos = new GenerationPlan(request).At(0)!.Videos;
        ClipPlan clip = ClipPlan.Of(request);
        await Do(cards[0], new LoadTask([Network.Transformer, Network.Autoencoder]) { Job = _job, Request = request });
        List<(TensorPart Name, ReadOnlyMemory<byte> Bytes)>[] references = [.. videos.Select(_ => new List<(TensorPart, ReadOnlyMemory<byte>)>())];
        for (int video = 0; video < videos.Count; video++)
            foreach (string path in videos[video].References)
                references[video].Add(await Encode(path));
        IncrementalHash[] frames = [.. videos.Select(_ => IncrementalHash.CreateHash(HashAlgorithmName.SHA256))];
        IReadOnlyList<byte[]> latents = [];
        int loops = request.Loop ?? 1;
        for (int loop = 0; loop < loops; loop++)
        {
            Reply text = await Do(cards[^1], DemoTokens.Encode(videos.Select(video => video.Prompts[loop])) with { Job = _job, Request = request });
            StartOfVideo[] starts = [.. videos.Zip(references, (video, own) => new StartOfVideo(video.MaskStrategy, [.. own.Select(one => one.Name)]))];
            Reply start = await Do(
                cards[0], new StartTask(loop, starts, HasNoise: false) { Job = _job, Request = request }, [_random, .. references.SelectMany(own => own.Select(one => one.Bytes))]);
            _random = start.Parts[0];
            IReadOnlyList<byte[]> tokens = await Denoise(clip, loop, (Started)start.Header, start.Parts, (TextEncoded)text.Header, text.Parts);
            latents = [.. tokens.Select(sample => LatentForm.OfTokens(sample, ClipGeometry.Of(request).Latent))];
            ReadOnlyMemory<byte> after = _random;
            for (int video = 0; video < videos.Count; video++)
            {
                DecodeTask order = new(0, video, videos.Count, Encode: loop < loops - 1) { Job = _job, Request = request };
                List<(TensorPart, ReadOnlyMemory<byte>)> again = await Decode(clip, order, tokens[video], loop, frames[video], state => after = state);
                if (order.Encode)
                    references[video].Add(Join(again));
            }
            _random = after;
        }
        return [.. latents.Zip(frames, (latent, own) => new GenerationHashes(
            Convert.ToHexStringLower(SHA256.HashData(latent)), Convert.ToHexStringLower(own.GetHashAndReset())))];
    }

    private async Task<(TensorPart, ReadOnlyMemory<byte>)> Encode(string path)
    {
        await using Asked answer = cards[^1].Ask(new EncodeReferenceTask(IsVideo: false, Frames: 1) { Job = _job, Request = request }, [_random], [.. FrameReader.Read(path)]);
        Reply last = (await answer.Rest())[^1];
        ReferenceEncoded encoded = Assert.IsType<ReferenceEncoded>(last.Header);
        _random = last.Parts[1];
        return (encoded.Latent, last.Parts[0]);
    }

    private async Task<IReadOnlyList<byte[]>> Denoise(
        ClipPlan clip, int loop, Started start, IReadOnlyList<ReadOnlyMemory<byte>> parts, TextEncoded text, IReadOnlyList<ReadOnlyMemory<byte>> features)
    {
        byte[][] state = [.. parts.Skip(1).Select(sample => sample.ToArray())];
        int half = Later is null ? request.NumSamplingSteps : request.NumSamplingSteps / 2;
        DenoiseTask task = new()
        {
            Job = _job,
            Request = request,
            Epoch = 0,
            Rank = 0,
            Links = [],
            Loop = loop,
            FirstStep = 0,
            EditRatios = start.EditRatios,
            Prompts = text.Prompts,
            LinkSilence = TimeSpan.FromMinutes(1),
        };
        ReadOnlyMemory<byte> random = await DenoiseBy(cards, task, clip, state, features, upTo: half);
        if (Later is not null)
            random = await DenoiseBy(Later, task with { FirstStep = half }, clip, state, features, request.NumSamplingSteps);

        // All steps are done, only the last word was lost: the same word again, and no work.
        Reply again = await Do(
            cards[0], task with { Epoch = ++_epoch, FirstStep = request.NumSamplingSteps, Links = [cards[0].Description.Links] }, [_random, .. state, .. features]);
        Assert.Equal(random.ToArray(), again.Parts[0].ToArray());
        _random = random;
        return state;
    }

    /// <summary>One epoch: all ranks, from a step to another. What they hand in is put in the state.</summary>
    private async Task<ReadOnlyMemory<byte>> DenoiseBy(
        IReadOnlyList<RunningCard> gang, DenoiseTask task, ClipPlan clip, byte[][] state, IReadOnlyList<ReadOnlyMemory<byte>> features, int upTo)
    {
        Steps.Clear();
        long epoch = ++_epoch;
        IReadOnlyList<ReadOnlyMemory<byte>> parts = [_random, .. state.Select(sample => (ReadOnlyMemory<byte>)sample.ToArray()), .. features];
        List<Reply>[] replies = await Task.WhenAll(gang.Select((card, rank) => card.Do(
            task with { Epoch = epoch, Rank = rank, Links = [.. gang.Select(one => one.Description.Links)] }, parts)));
        foreach (Reply reply in replies.SelectMany(own => own))
            if (reply.Header is StepHandedIn step)
            {
                Steps[step.Step] = Steps.GetValueOrDefault(step.Step, WorkCounts.Zero) + step.Counts;
                EvenBytes = step.EvenBytes;
                if (step.Frames > 0 && step.Step == upTo)
                    for (int sample = 0; sample < state.Length; sample++)
                        reply.Parts[sample].CopyTo(state[sample].AsMemory((int)(step.FirstFrame * clip.LatentFrameBytes)));
            }
        byte[][] after = [.. replies.Select(own => own[^1].Header is Denoised ? own[^1].Parts[0].ToArray() : throw new InvalidOperationException($"{own[^1].Header}"))];
        Assert.All(after, own => Assert.Equal(after[0], own));
        return after[0];
    }

    private async Task<List<(TensorPart, ReadOnlyMemory<byte>)>> Decode(
        ClipPlan clip, DecodeTask order, byte[] tokens, int loop, IncrementalHash hash, Action<ReadOnlyMemory<byte>> keep)
    {
        List<(TensorPart, ReadOnlyMemory<byte>)> again = [];
        int frame = 0, bytes = clip.Output.Height * clip.Output.Width * 3;
        for (int chunk = 0; chunk < clip.Chunks.Count; chunk++)
        {
            FrameChunk plan = clip.Chunks[chunk];
            ReadOnlyMemory<byte> part = tokens.AsMemory((int)(plan.FirstLatent * clip.LatentFrameBytes), (int)(plan.Latents * clip.LatentFrameBytes));
            List<Reply> replies = await cards[chunk % cards.Count].Do(order with { Chunk = chunk }, order.Encode ? [part, _random] : [part]);
            foreach (Reply reply in replies.Where(reply => reply.Header is FramesDecoded))
                for (int at = 0; at < reply.Parts[0].Length; at += bytes, frame++)
                    if (loop == 0 || frame >= clip.Overlap)
                        hash.AppendData(reply.Parts[0].Span.Slice(at, bytes));
            Decoded decoded = Assert.IsType<Decoded>(replies[^1].Header);
            if (decoded.Latent is { } latent)
            {
                again.Add((latent, replies[^1].Parts[0]));
                keep(replies[^1].Parts[1]);
            }
        }
        Assert.Equal(clip.Frames, frame);
        return again;
    }

    /// <summary>Latents [4, t, h, w] of the chunks, one after the other in time.</summary>
    private static (TensorPart, ReadOnlyMemory<byte>) Join(List<(TensorPart Name, ReadOnlyMemory<byte> Bytes)> chunks)
    {
        MemoryStream joined = new();
        int channels = (int)chunks[0].Name.Shape[0];
        for (int channel = 0; channel < channels; channel++)
            foreach ((_, ReadOnlyMemory<byte> bytes) in chunks)
                joined.Write(bytes.Span.Slice(channel * bytes.Length / channels, bytes.Length / channels));
        IReadOnlyList<long> shape = chunks[0].Name.Shape;
        return (new TensorPart("fp32", [shape[0], chunks.Sum(chunk => chunk.Name.Shape[1]), shape[2], shape[3]]), joined.ToArray());
    }

    private static async Task<Reply> Do(RunningCard card, CardTask task, params IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        Reply last = (await card.Do(task, parts))[^1];
        return last.Header is TaskFailed failed ? throw new InvalidOperationException($"{task.GetType().Name}: {failed.Message}") : last;
    }
}
