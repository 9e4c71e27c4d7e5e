using System.Globalization;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Clips;
using OpenSora.Hosting.Cards;
using OpenSora.Links;
using OpenSora.Contracts.Generation;

namespace OpenSora.FakeCard;

/// <summary>Does one task.</summary>
internal sealed class FakeTasks(
    CardTask task, IReadOnlyList<ReadOnlyMemory<byte>> parts, CardExchange exchange, FakeState state, Faults faults, IGrainFactory grains, CancellationToken cancel)
{
    private const int StepBytes = 100, MostAttempts = 20;

    private readonly GenerationRequest _request = task.Request;
    private readonly ClipGeometry _clip = ClipGeometry.Of(task.Request);
    private readonly FakeSettings _settings = FakeSettings.Of(task.Request);

    /// <summary>Of a frame's patches, 2 × 2 of 4 channels in float32 each.</summary>
    private int LatentFrameBytes => (_clip.Latent.Height + 1) / 2 * ((_clip.Latent.Width + 1) / 2) * 64;

    /// <summary>Leaves a line with the task's name in <c>tasks-NAME</c> among the marks.</summary>
    public Task Run()
    {
        if (_settings.Marks.Length > 0)
            File.AppendAllText(Path.Combine(_settings.Marks, $"tasks-{state.Name}"), (task is LoadTask load ? $"{(load.OnlyNames ? "Name" : "Load")} {string.Join('+', load.Networks)}" : task.GetType().Name.Replace("Task", "")) + "\n");
        return Do();
    }

    private Task Do() => task switch
    {
        LoadTask load => Load(load),
        EncodeTextTask text => Once("text", () => EncodeText(text)),
        EncodeReferenceTask reference => EncodeReference(reference),
        StartTask start => Once("start", () => Start(start)),
        DenoiseTask denoise => Denoise(denoise),
        DecodeTask decode => Decode(decode),
        _ => throw new InvalidOperationException($"{task}"),
    };

    private async Task Once(string place, Func<(LastReply, ReadOnlyMemory<byte>[])> work)
    {
        await faults.Before(place, 0);
        (LastReply reply, ReadOnlyMemory<byte>[] bytes) = work();
        await faults.Send(place, 0, reply with { PeakMemoryBytes = 1 << 20 }, bytes);
    }

    /// <summary>Leaves a mark, <c>loaded-NAME</c>, when it is done.</summary>
    private async Task Load(LoadTask load)
    {
        await Once("load", () => (new Loaded(string.Join('+', load.Networks)) { Weights = [.. load.Networks.Select(network => new WeightsDigest($"{network}", $"{FakeModel.Hash(0, $"{network}"):x16}"))] }, []));
        if (_settings.Marks.Length > 0 && !load.OnlyNames)
            await File.WriteAllTextAsync(Path.Combine(_settings.Marks, $"loaded-{state.Name}"), "", cancel);
    }

    private static (LastReply, ReadOnlyMemory<byte>[]) EncodeText(EncodeTextTask text) => (
        new TextEncoded([.. text.Texts.Select(_ => new EncodedPrompt(new TensorPart("fp32", [2, 4]), [true, true, false]))]),
        [.. text.Texts.Select(one => (ReadOnlyMemory<byte>)FakeModel.Expand(FakeModel.Hash(1, string.Join(',', one)), 32))]);

    private async Task EncodeReference(EncodeReferenceTask reference)
    {
        ulong hash = FakeModel.State(parts[0].Span, _request.Seed);
        for (int i = 0; i < reference.Frames; i++)
        {
            Part frame = exchange.Receive(cancel);
            hash = FakeModel.Hash(FakeModel.Hash(hash, frame.Shape[0]), frame.Bytes.Span);
        }
        long[] shape = [4, 1, _clip.Latent.Height, _clip.Latent.Width];
        await Once("reference", () => (new ReferenceEncoded(new TensorPart("fp32", shape)),
            [FakeModel.Expand(hash, 4 * shape.Aggregate((a, b) => a * b)), FakeModel.Draw(parts[0].Span, _request.Seed, "reference")]));
    }

    private (LastReply, ReadOnlyMemory<byte>[]) Start(StartTask start)
    {
        int at = start.HasNoise ? 2 : 1, frames = _clip.Latent.Frames;
        ulong hash = FakeModel.Hash(FakeModel.State(parts[0].Span, _request.Seed), start.Loop);
        if (start.HasNoise)
            hash = FakeModel.Hash(hash, parts[1].Span);
        List<ReadOnlyMemory<byte>> latents = [];
        foreach (StartOfVideo video in start.Videos)
        {
            ulong own = FakeModel.Hash(hash, latents.Count);
            foreach (TensorPart reference in video.References)
                own = FakeModel.Hash(FakeModel.Hash(own, string.Join(',', reference.Shape)), parts[at++].Span);
            latents.Add(FakeModel.Expand(own, frames * LatentFrameBytes));
        }
        return (new Started([.. start.Videos.Select(_ => Enumerable.Repeat(1f, frames).ToArray())]), [FakeModel.Draw(parts[0].Span, _request.Seed, "start"), .. latents]);
    }

    private async Task Denoise(DenoiseTask denoise)
    {
        if (!state.Enter(denoise.Epoch, denoise.FirstStep))
            throw new CardException($"epoch {denoise.Epoch} is over");
        int samples = denoise.Prompts.Count, ranks = denoise.Links.Count, frames = _clip.Latent.Frames, holders = Math.Min(ranks, frames);
        byte[][] latents = [.. parts.Skip(1).Take(samples).Select(part => part.ToArray())];
        int first = Math.Min(denoise.Rank, holders) * frames / holders, count = denoise.Rank < holders ? (denoise.Rank + 1) * frames / holders - first : 0;
        double even = StepBytes * ranks * (ranks - 1);
        for (int step = denoise.FirstStep + 1; step <= (denoise.LastStep ?? _request.NumSamplingSteps); step++)
        {
            await faults.Before("step", step);
            await Task.Delay(_settings.StepMilliseconds, cancel);
            while (step > 1 && _settings.Gate.Length > 0 && !File.Exists(Path.Combine(_settings.Marks, _settings.Gate)))
                await Task.Delay(20, cancel);
            await Meet(denoise, step);
            foreach (int place in FlippedByOthers(denoise, step - 1))
                latents[0][place] ^= 1;
            for (int i = 0; i < samples; i++)
                latents[i] = FakeModel.Step(latents[i], frames, FakeModel.Hash(FakeModel.Hash(FakeModel.Hash(7, parts[0].Span), parts[1 + samples + i].Span), 100 * denoise.Loop + step));
            // A rank without frames has a unit, too.
            int from = Math.Min(first, frames - 1) * LatentFrameBytes;
            if (faults.Flips(step))
            {
                latents[0][from] ^= 1;
                File.WriteAllText(FlipFile(denoise, step, denoise.Rank), $"{from}");
            }
            ExchangeSum[] sums = [.. latents.Select((latent, sample) => new ExchangeSum(sample, (long)FakeModel.Hash((ulong)step, latent.AsSpan(from, Math.Max(1, count) * LatentFrameBytes))))];
            await faults.Send("step", step,
                new StepHandedIn(step, first, count, WorkCounts.Zero with { BytesSent = StepBytes * (ranks - 1), Tokens = 56 * count, Units = count }, even) { Sums = step > denoise.SumsAfter ? sums : null },
                count == 0 ? [] : [.. latents.Select(latent => (ReadOnlyMemory<byte>)latent.AsMemory(first * LatentFrameBytes, count * LatentFrameBytes))]);
        }
        await faults.Before("denoised", 0);
        await faults.Send("denoised", 0, new Denoised(even) { PeakMemoryBytes = 1 << 20 }, FakeModel.Draw(parts[0].Span, _request.Seed, "denoise"));
    }

    /// <summary>Where other ranks have flipped a bit in a step: who goes on from their frames has it, too.</summary>
    private int[] FlippedByOthers(DenoiseTask denoise, int step) => !_settings.Faults.Any(fault => fault.When == "flip") ? []
        : [.. Enumerable.Range(0, denoise.Links.Count).Where(rank => rank != denoise.Rank).Select(rank => FlipFile(denoise, step, rank)).Where(File.Exists).Select(file => int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture))];

    private string FlipFile(DenoiseTask denoise, int step, int rank) => Path.Combine(_settings.Marks, $"flipped-{denoise.Epoch}-{step}-{rank}");

    /// <summary>No rank goes on before all have come here: as where ranks exchange tokens.</summary>
    private async Task Meet(DenoiseTask denoise, int step)
    {
        state.Reach(step);
        await Task.WhenAll(Enumerable.Range(0, denoise.Links.Count).Where(rank => rank != denoise.Rank).Select(async rank =>
        {
            IFakeRank peer = grains.GetGrain<IFakeRank>(FakeLinks.NameOf(denoise.Links[rank]));
            for (int attempt = 0; ; attempt++)
            {
                try
                {
                    if (await peer.Await(denoise.Epoch, step, cancel))
                        return;
                    throw new PeerLostException(rank, "the epoch is over there");
                }
                catch (Exception error) when (error is not PeerLostException && !cancel.IsCancellationRequested)
                {
                    // Where the name was that of a card that died, not all silos may know yet that it is another's.
                    if (attempt == MostAttempts)
                        throw new PeerLostException(rank, error.Message);
                    await Task.Delay(100, cancel);
                }
            }
        }));
    }

    private async Task Decode(DecodeTask decode)
    {
        await faults.Before("chunk", decode.Chunk);
        int frames = Math.Min(17, _clip.Frames - 17 * decode.Chunk), bytes = (int)_clip.Output.Rgb24Bytes;
        ulong hash = FakeModel.Hash(5, parts[0].Span);
        for (int done = 0; done < frames; done += 4)
        {
            int count = Math.Min(4, frames - done);
            await Task.Delay(_settings.ChunkMilliseconds / 5, cancel);
            byte[] pixels = [.. Enumerable.Range(done, count).SelectMany(frame => FakeModel.Expand(FakeModel.Hash(hash, frame), bytes))];
            await faults.Send(done == 4 || frames <= 4 ? "chunk" : "frames", decode.Chunk, new FramesDecoded(count), pixels);
        }
        if (!decode.Encode)
        {
            await faults.Send("decoded", decode.Chunk, new Decoded((TensorPart?)null) { PeakMemoryBytes = 1 << 20 });
            return;
        }
        long[] shape = [4, (frames + 3) / 4, _clip.Latent.Height, _clip.Latent.Width];
        await faults.Send("decoded", decode.Chunk, new Decoded(new TensorPart("fp32", shape)) { PeakMemoryBytes = 1 << 20 },
            FakeModel.Expand(FakeModel.Hash(FakeModel.Hash(hash, parts[1].Span), decode.Video), 4 * shape.Aggregate((a, b) => a * b)),
            FakeModel.Draw(parts[1].Span, _request.Seed, "encode"));
    }
}

/// <summary>Another rank is gone.</summary>
internal sealed class PeerLostException(int rank, string message) : Exception(message)
{
    public int Rank { get; } = rank;
}
