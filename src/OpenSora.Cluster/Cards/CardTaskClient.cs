using System.Diagnostics;
using System.Text;
using OpenSora.Cluster.Gangs;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Hosting.Cards;
using OpenSora.Links;

namespace OpenSora.Cluster.Cards;

/// <summary>One reply, with its tensors.</summary>
public sealed record Answer<T>(T Header, IReadOnlyList<ReadOnlyMemory<byte>> Parts) where T : CardReply;

/// <summary>
/// Gives tasks to the grains of cards, and their tensors over links. Nothing waits longer than <see cref="ClusterOptions.ReplySilence"/>
/// for a card that says nothing; a task itself may take as long as it takes. Thread-safe.
/// </summary>
/// <param name="silo">The one that asks.</param>
/// <param name="token">What all processes of the cluster share.</param>
/// <param name="tls">For links between hosts; null when they are not encrypted.</param>
public sealed class CardTaskClient(IGrainFactory grains, ILocalSiloDetails silo, string token, ClusterOptions options, ClusterTls? tls = null)
{
    /// <summary>How long the word of a card may come after its link has ended.</summary>
    private static readonly TimeSpan LastWord = TimeSpan.FromSeconds(0.3);

    private readonly byte[] _token = Encoding.UTF8.GetBytes(token);
    private readonly LinkOptions _links = new() { Silence = options.ReplySilence, Joining = options.ReplySilence, Tls = tls };
    private readonly EpochNumbers _epochs = new();

    /// <summary>Does one task on one card.</summary>
    /// <param name="heard">Sees all replies but the last, in order; the next one is read when it has returned.</param>
    /// <exception cref="InputException">The card says that the task cannot be done as asked, by nobody.</exception>
    /// <exception cref="CannotFitException">It cannot fit.</exception>
    /// <exception cref="CardFault">This card did not do it.</exception>
    public async Task<Answer<T>> Run<T>(Card card, TaskOrder order, Action<CardReply, IReadOnlyList<ReadOnlyMemory<byte>>>? heard, CancellationToken cancel)
        where T : LastReply
    {
        using Activity? span = Tracing.Task(card, order.Task);
        long start = Stopwatch.GetTimestamp();
        try
        {
            while (true)
            {
                try
                {
                    return await Ask<T>(card, order, heard, cancel);
                }
                catch (CardBusyException) when (Stopwatch.GetElapsedTime(start) < options.ReplySilence)
                {
                    await Task.Delay(10, cancel); // it has not quite ended the task before
                }
            }
        }
        catch (Exception failure)
        {
            span.Fail(failure);
            throw;
        }
    }

    /// <summary>Asks a card whether it lives.</summary>
    /// <returns>How it is; null when it does not answer in time, or is another start of the card.</returns>
    public async Task<CardHealth?> Probe(Card card, CancellationToken cancel)
    {
        try
        {
            CardHealth health = await Grain(card).Health().WaitAsync(options.ProbeTimeout, cancel);
            return health.Instance == card.Description.Instance ? health : null;
        }
        catch (Exception) when (!cancel.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<Answer<T>> Ask<T>(Card card, TaskOrder order, Action<CardReply, IReadOnlyList<ReadOnlyMemory<byte>>>? heard, CancellationToken cancel)
        where T : LastReply
    {
        CancellationTokenSource over = new();
        CardCall call = new(
            Guid.NewGuid().ToString("n"), card.Description.Instance, silo.SiloAddress, order.Task.Job,
            order.Task is DenoiseTask denoise ? denoise.Epoch : _epochs.Next(), order.Parts.Count);
        IAsyncEnumerator<CardAnswer> answers = Begin(Grain(card), call, order.Task, over.Token).WithBatchSize(1).GetAsyncEnumerator(over.Token);
        Task moving = Task.CompletedTask;
        bool hasBegun = false;
        PartLink? link = null;
        try
        {
            while (true)
            {
                Task<bool> next = answers.MoveNextAsync().AsTask();
                moving = next;
                if (!await Within(card, next, link, cancel))
                    throw new CardLostException(card, "its answer ended before the task did");
                hasBegun = true;
                CardAnswer answer = answers.Current;
                if (link is null && answer.Reply is not LastReply)
                    link = await Connect(card, call, order, cancel);
                IReadOnlyList<ReadOnlyMemory<byte>> parts = answer.Parts == 0 ? [] : await Task.Run(() => Receive(link, answer.Parts, cancel), cancel);
                switch (answer.Reply)
                {
                    case TaskFailed failed:
                        throw Failure(card, failed);
                    case TaskRefused refused:
                        throw Refused(card, refused.Why);
                    case T last:
                        return new Answer<T>(last, parts);
                    case LastReply other:
                        throw new CardLostException(card, $"answered a {order.Task.GetType().Name} with {other.GetType().Name}");
                    default:
                        heard?.Invoke(answer.Reply, parts);
                        break;
                }
            }
        }
        catch (Exception error) when (error is not (CardFault or InputException or CannotFitException))
        {
            cancel.ThrowIfCancellationRequested();
            throw new CardLostException(card, Words(error));
        }
        finally
        {
            link?.Dispose();
            _ = End(moving, answers, over, hasBegun);
        }
    }

    private ICardGrain Grain(Card card) => grains.GetGrain<ICardGrain>(card.Name);

    private static IAsyncEnumerable<CardAnswer> Begin(ICardGrain grain, CardCall call, CardTask task, CancellationToken cancel) => task switch
    {
        LoadTask load => grain.Load(call, load, cancel),
        EncodeTextTask text => grain.EncodeText(call, text, cancel),
        EncodeReferenceTask reference => grain.EncodeReference(call, reference, cancel),
        StartTask start => grain.Start(call, start, cancel),
        DenoiseTask denoise => grain.Denoise(call, denoise, cancel),
        DecodeTask decode => grain.Decode(call, decode, cancel),
        _ => throw new ArgumentException($"no card knows a {task.GetType().Name}", nameof(task)),
    };

    /// <summary>The next word of a card, unless it is silent for too long or its link ends.</summary>
    private async Task<bool> Within(Card card, Task<bool> next, PartLink? link, CancellationToken cancel)
    {
        Task silent = Task.Delay(options.ReplySilence, cancel);
        if (await Task.WhenAny(link is null ? [next, silent] : [next, silent, link.Closed]) == next)
            return await next;
        cancel.ThrowIfCancellationRequested();
        if (silent.IsCompleted)
            throw new CardSilentException(card, options.ReplySilence);
        return await Task.WhenAny(next, Task.Delay(LastWord, cancel)) == next ? await next : throw new CardLostException(card, "its connection broke");
    }

    private async Task<PartLink> Connect(Card card, CardCall call, TaskOrder order, CancellationToken cancel)
    {
        PartLink link = await Task.Run(() => PartLink.Connect(LinkAddress.Parse(card.Description.Links), call.Name, _token, _links, cancel), cancel);
        _ = Task.Run(() => SendAll(link, order), CancellationToken.None);
        return link;
    }

    /// <summary>What cannot be sent ends the link, and so the task.</summary>
    private static void SendAll(PartLink link, TaskOrder order)
    {
        try
        {
            foreach (ReadOnlyMemory<byte> part in order.Parts)
                link.Send(Part.Of(part));
            foreach (Part frame in order.Frames)
                link.Send(frame);
        }
        catch (Exception)
        {
            link.Dispose();
        }
    }

    private static ReadOnlyMemory<byte>[] Receive(PartLink? link, int count, CancellationToken cancel)
    {
        ReadOnlyMemory<byte>[] parts = new ReadOnlyMemory<byte>[count];
        for (int i = 0; i < count; i++)
            parts[i] = link!.Receive(isPatient: false, cancel).Bytes;
        return parts;
    }

    /// <summary>
    /// Lets go of an answer, whatever has become of it: of a card that is gone nobody will say so. Its first part is waited for. A cancellation
    /// that overtakes the call would leave the card with a task that nobody stops.
    /// </summary>
    private static async Task End(Task moving, IAsyncEnumerator<CardAnswer> answers, CancellationTokenSource over, bool hasBegun)
    {
        if (hasBegun)
            await over.CancelAsync();
        try
        {
            await moving;
        }
        catch (Exception)
        {
            // It was told before.
        }
        try
        {
            await answers.DisposeAsync();
        }
        catch (Exception)
        {
            // The card is gone.
        }
        over.Dispose();
    }

    private static CardFault Refused(Card card, Refusal why) => why switch
    {
        Refusal.Busy => new CardBusyException(card, "has another task"),
        Refusal.OlderEpoch => new CardBusyException(card, "had a task of a later epoch"),
        Refusal.Leaving => new CardLeavingException(card, "is about to leave"),
        _ => new CardLostException(card, "was started again"),
    };

    private static Exception Failure(Card card, TaskFailed failed) => failed.ExitCode switch
    {
        ExitCode.BadInput => new InputException(failed.Message),
        ExitCode.CannotFit => new CannotFitException(failed.Message),
        _ => new CardFailedException(card, failed.Message, failed.Rank),
    };

    private static string Words(Exception error) => error switch
    {
        AnswerException => error.Message,
        PeerException { Cause: PeerFault.Corrupt or PeerFault.Unexpected or PeerFault.Oversized or PeerFault.WrongToken or PeerFault.NoMember } peer => peer.Detail,
        _ => "its connection broke",
    };
}
