using System.Runtime.InteropServices;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Hosting.Cards;
using OpenSora.Links;

namespace OpenSora.FakeCard;

/// <summary>Lets happen what a test wants to go wrong.</summary>
internal sealed partial class Faults(FakeSettings settings, FakeState state, CardExchange exchange, BreakableStream stream, CancellationToken cancel)
{
    private const int SigStop = 19, SigTerm = 15;

    /// <summary>Before something is done.</summary>
    public async Task Before(string place, int index)
    {
        if (Due(place, index, "before") is { } fault)
            await Happen(fault);
    }

    /// <summary>Whether a bit of what this card computes in a step is to flip: once, or with <c>always</c> each time.</summary>
    public bool Flips(int step) => Due("step", step, "flip") is not null;

    /// <summary>Sends a reply, unless something happens to it.</summary>
    public async Task Send(string place, int index, CardReply reply, params ReadOnlyMemory<byte>[] parts)
    {
        Part[] sent = [.. parts.Select(Part.Of)];
        if (Due(place, index, "during") is { } fault)
        {
            // When this is taken no part is on its way: what goes wrong next does so with the part that is meant.
            exchange.Send(new Alive(CardState.Busy, 0), [], cancel);
            if (fault.Kind == "corrupt")
            {
                stream.DamageNext();
                if (parts.Length == 0)
                    sent = [Part.Of(new byte[1])]; // there must be something to damage
            }
            else if (fault.Kind is "kill" or "freeze" or "drop")
            {
                TaskCompletionSource half = new();
                stream.BreakNext(() =>
                {
                    half.SetResult();
                    if (fault.Kind != "freeze")
                        Thread.Sleep(Timeout.Infinite);
                });
                _ = Task.Run(() => exchange.Send(reply, parts.Length == 0 ? [Part.Of(new byte[1])] : sent, cancel), CancellationToken.None);
                await half.Task.WaitAsync(cancel);
                await Happen(fault);
                return;
            }
            else
                await Happen(fault);
        }
        exchange.Send(reply, sent, cancel);
        if (Due(place, index, "after") is { } late)
            await Happen(late);
    }

    private async Task Happen(Fault fault)
    {
        switch (fault.Kind)
        {
            case "kill":
                System.Diagnostics.Process.GetCurrentProcess().Kill();
                await Task.Delay(-1);
                break;
            case "freeze":
                _ = Signal(Environment.ProcessId, SigStop);
                break;
            case "leave":
                _ = Signal(Environment.ProcessId, SigTerm);
                break;
            case "drop" or "corrupt":
                stream.Dispose();
                throw new OperationCanceledException("dropped");
            case "delay":
                await Task.Delay(150);
                break;
            case "fail":
                throw new CardException("the device failed, as it was told to");
            case "accuse":
                throw new AccusationException();
        }
    }

    /// <summary>A fault that is due, once: the mark is made by whoever comes first.</summary>
    private Fault? Due(string place, int index, string when)
    {
        for (int i = 0; i < settings.Faults.Count; i++)
        {
            Fault fault = settings.Faults[i];
            if (fault.Place != place || fault.When != when || (fault.Index >= 0 && fault.Index != index) || (fault.Card.Length > 0 && fault.Card != state.Name))
                continue;
            if (fault.Kind == "always")
                return fault;
            try
            {
                using FileStream mark = new(Path.Combine(settings.Marks, $"fault-{i}"), FileMode.CreateNew);
                return fault;
            }
            catch (IOException)
            {
            }
        }
        return null;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}

/// <summary>Another rank is to be blamed.</summary>
internal sealed class AccusationException : Exception;
