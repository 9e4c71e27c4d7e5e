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
        CardState told = default;
        TaskCompletionSource<CardExchange> connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task working = Task.Run(() => Work(call, work, connected, seat, stop), CancellationToken.None);
        try
        {
            yield return Alive();
            exchange = await connected.Task;
            Task<bool> next = exchange.Replies.WaitToReadAsync(stop.Token).AsTask();
            while (true)
            {
                Task pause = Task.Delay(CardProtocol.Heartbeat, stop.Token);
                if (await (told == CardState.Draining ? Task.WhenAny(next, pause) : Task.WhenAny(next, pause, desk.Drained)) != next)
                {
                    stop.Token.ThrowIfCancellationRequested();
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

        CardAnswer Alive() => new(new Alive(told = desk.State, freeMemory()), 0);
    }

    /// <summary>
    /// Ends the replies with its own end; what it throws is told to the reader. A coordinator that is lost between two replies asks for no
    /// further one: the task ends without it, and the card is free.
    /// </summary>
    private async Task Work(CardCall call, CardWork work, TaskCompletionSource<CardExchange> connected, IDisposable seat, CancellationTokenSource stop)
    {
        CancellationToken cancel = stop.Token;
        using Timer watch = new(_ => StopWithout(call.Coordinator, stop), null, CardProtocol.Heartbeat, CardProtocol.Heartbeat);
        CardExchange exchange;
        try
        {
            exchange = new CardExchange(PartLink.Accept(listener, call.Name, options, cancel, between));
        }
        catch (Exception failure)
        {
            seat.Dispose();
            connected.SetException(failure);
            return;
        }
        _ = exchange.Link.Closed.ContinueWith(_ => Stop(stop), TaskScheduler.Default);
        connected.SetResult(exchange);
        try
        {
            Part[] parts = new Part[call.Parts];
            for (int i = 0; i < parts.Length; i++)
                parts[i] = exchange.Receive(cancel);
            await work(exchange, parts, cancel);
            exchange.Complete(null);
        }
        catch (Exception failure)
        {
            exchange.Complete(failure);
        }
        if (cancel.IsCancellationRequested)
            seat.Dispose();
    }

    private void StopWithout(SiloAddress coordinator, CancellationTokenSource stop)
    {
        if (isGone(coordinator))
            Stop(stop);
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
