using System.Runtime.CompilerServices;
using OpenSora.Contracts.Cards;
using OpenSora.Links;

namespace OpenSora.Hosting.Cards;

/// <summary>Does the work of a task: sends its replies, the last one included.</summary>
/// <param name="parts">The tensors that the call named.</param>
public delegate Task CardWork(CardExchange exchange, IReadOnlyList<Part> parts, CancellationToken cancel);

/// <summary>The calls of a card's grain: each takes the card, has a link of its own, and brings replies with signs of life in between.</summary>
/// <param name="between">Sees the connection of a call before it is used; tests break it there.</param>
/// <param name="isGone">Whether a silo has left the cluster for good.</param>
/// <param name="freeMemory">Of the device, in bytes.</param>
public sealed class CardCalls(
    string instance, CardDesk desk, LinkListener listener, LinkOptions options, Func<SiloAddress, bool> isGone, Func<long> freeMemory, Func<Stream, Stream>? between = null)
{
    /// <summary>How long a call waits for a task that was stopped and is about to end.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async IAsyncEnumerable<CardAnswer> Run(CardCall call, CardWork work, [EnumeratorCancellation] CancellationToken cancel)
    {
        (IDisposable? taken, Refusal why) = call.Card == instance ? await desk.Take(call.Job, call.Epoch, Patience, cancel) : (null, Refusal.OtherInstance);
        using IDisposable? seat = taken;
        if (seat is null)
        {
            yield return new CardAnswer(new TaskRefused(why), 0);
            yield break;
        }
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        CardExchange? exchange = null;
        Task working = Task.CompletedTask;
        try
        {
            Task<PartLink> connecting = Task.Run(() => PartLink.Accept(listener, call.Name, options, stop.Token, between), CancellationToken.None);
            yield return Alive();
            exchange = new CardExchange(await connecting);
            _ = exchange.Link.Closed.ContinueWith(_ => Stop(stop), TaskScheduler.Default);
            working = Task.Run(() => Work(exchange, call.Parts, work, stop.Token), CancellationToken.None);
            Task<bool> next = exchange.Replies.WaitToReadAsync(stop.Token).AsTask();
            while (true)
            {
                if (await Task.WhenAny(next, Task.Delay(CardProtocol.Heartbeat, stop.Token)) != next)
                {
                    stop.Token.ThrowIfCancellationRequested();
                    if (isGone(call.Coordinator))
                        yield break;
                    yield return Alive();
                    continue;
                }
                if (!await next)
                    break;
                while (exchange.Replies.TryRead(out (CardReply Reply, IReadOnlyList<Part> Parts) ready))
                {
                    Task sending = ready.Parts.Count == 0 ? Task.CompletedTask : Task.Run(() => SendAll(exchange.Link, ready.Parts), CancellationToken.None);
                    yield return new CardAnswer(ready.Reply, ready.Parts.Count);
                    while (await Task.WhenAny(sending, Task.Delay(CardProtocol.Heartbeat, stop.Token)) != sending)
                    {
                        stop.Token.ThrowIfCancellationRequested();
                        yield return Alive();
                    }
                    await sending;
                    exchange.Arrived();
                }
                next = exchange.Replies.WaitToReadAsync(stop.Token).AsTask();
            }
            seat.Dispose();
            // What is closed with bytes on their way could lose them: the coordinator, which has all now, closes first.
            await Task.WhenAny(exchange.Link.Closed, Task.Delay(options.Silence, CancellationToken.None));
        }
        finally
        {
            await stop.CancelAsync();
            exchange?.Link.Dispose();
            await working; // the card is not free before
        }

        CardAnswer Alive() => new(new Alive(desk.State, freeMemory()), 0);
    }

    /// <summary>Ends the replies with its own end; what it throws is told to the reader.</summary>
    private static async Task Work(CardExchange exchange, int count, CardWork work, CancellationToken cancel)
    {
        try
        {
            Part[] parts = new Part[count];
            for (int i = 0; i < count; i++)
                parts[i] = exchange.Receive(cancel);
            await work(exchange, parts, cancel);
            exchange.Complete(null);
        }
        catch (Exception failure)
        {
            exchange.Complete(failure);
        }
    }

    private static void SendAll(PartLink link, IReadOnlyList<Part> parts)
    {
        foreach (Part part in parts)
            link.Send(part);
    }

    private static void Stop(CancellationTokenSource stop)
    {
        try
        {
            stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call is over.
        }
    }
}
