using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Leases;
using OpenSora.Cluster.Jobs;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Generation;
using OpenSora.Layout.Clips;
using OpenSora.Layout.Decoding;

namespace OpenSora.Cluster.Decoding;

/// <summary>The decoding of one loop of a batch.</summary>
/// <param name="Random">The state of the random numbers after the denoise.</param>
/// <param name="Samples">Of each video its latent [T, S, 16].</param>
/// <param name="Encode">Also encode the frames, for the clip that goes on from them.</param>
internal sealed record DecodeWork(
    string Job, GenerationRequest Request, ClipPlan Clip, ReadOnlyMemory<byte> Random, IReadOnlyList<ReadOnlyMemory<byte>> Samples, bool Encode);

/// <summary>What is left for the next clip.</summary>
/// <param name="Latents">Of each video, the frames encoded again: [4, T, h, w].</param>
/// <param name="Random">The state of the random numbers then.</param>
internal sealed record Continuation(IReadOnlyList<(TensorPart Part, ReadOnlyMemory<byte> Bytes)> Latents, ReadOnlyMemory<byte> Random);

/// <summary>
/// Chunks to any free card, retried elsewhere, and their frames in order. There are at most so many chunks on their way as
/// there are cards, and one whose frames are being taken: memory follows the cards, not the clip.
/// </summary>
/// <param name="deliver">Takes frames of a video in order; is waited for while the file is behind.</param>
internal sealed class ChunkDecoder(JobCards jobCards, CardTaskRunner tasks, JobStatistics statistics, DecodeWork work, Func<int, ReadOnlyMemory<byte>, Task> deliver)
{
    private readonly WorkKind _kind = new(Stage.Decode) { Retried = statistics.RetriedChunk };

    /// <returns>What the next clip needs; null when it was not asked for.</returns>
    /// <exception cref="CardException">A chunk could be decoded by no card.</exception>
    public async Task<Continuation?> Run(CancellationToken cancel)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Queue<Underway> window = [];
        List<(int Video, Answer<Decoded> Answer)> done = [];
        try
        {
            Queue<(int Video, int Chunk)> waiting = new(
                Enumerable.Range(0, work.Samples.Count).SelectMany(video => Enumerable.Range(0, work.Clip.Chunks.Count).Select(chunk => (video, chunk))));
            while (waiting.Count + window.Count > 0)
            {
                while (waiting.Count > 0 && window.Count <= Math.Max(1, jobCards.Members.Count))
                {
                    (int video, int chunk) = waiting.Dequeue();
                    ChunkFrames frames = new(work.Clip.Chunks[chunk].Frames, work.Clip.Output.Rgb24Bytes);
                    window.Enqueue(new Underway(video, frames, Decode(video, chunk, frames, over.Token)));
                }
                Underway head = window.Peek();
                await foreach (ReadOnlyMemory<byte> frames in head.Frames.ReadAll(over.Token))
                    await deliver(head.Video, frames);
                done.Add((head.Video, await head.Answer));
                window.Dequeue();
            }
            return work.Encode ? Join(done) : null;
        }
        finally
        {
            over.Cancel();
            // What failed here was told by the one that was waited for.
            await Task.WhenAll(window.Select(underway => (Task)underway.Answer)).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private async Task<Answer<Decoded>> Decode(int video, int chunk, ChunkFrames frames, CancellationToken cancel)
    {
        try
        {
            Answer<Decoded> answer = await tasks.Run<Decoded>(_kind with { Worker = statistics.DidChunk, Accepts = _ => frames.IsWhole }, Order(video, chunk), frames.Listen, cancel);
            frames.End();
            return answer;
        }
        catch (Exception failure)
        {
            frames.End(failure);
            throw;
        }
    }

    private TaskOrder Order(int video, int chunk)
    {
        FrameChunk plan = work.Clip.Chunks[chunk];
        ReadOnlyMemory<byte> latent = work.Samples[video].Slice((int)(plan.FirstLatent * work.Clip.LatentFrameBytes), (int)(plan.Latents * work.Clip.LatentFrameBytes));
        DecodeTask task = new(chunk, video, work.Samples.Count, work.Encode) { Job = work.Job, Request = work.Request };
        return work.Encode ? new TaskOrder(task, latent, work.Random) : new TaskOrder(task, latent);
    }

    private static Continuation Join(IReadOnlyList<(int Video, Answer<Decoded> Answer)> done) => new(
        [.. done.GroupBy(chunk => chunk.Video, chunk => chunk.Answer).Select(video => LatentJoin.AlongTime([.. video.Select(answer => (answer.Header.Latent!, answer.Parts[0]))]))],
        done[^1].Answer.Parts[1]);

    private sealed record Underway(int Video, ChunkFrames Frames, Task<Answer<Decoded>> Answer);
}
