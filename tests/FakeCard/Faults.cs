using System.Runtime.InteropServices;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;

namespace OpenSora.FakeCard;

/// <summary>Lets happen what a test wants to go wrong.</summary>
internal sealed partial class Faults(FakeSettings settings, FakeState state, ReplyStream replies)
{
    private const int SigStop = 19, SigTerm = 15;

    /// <summary>Before something is done.</summary>
    public async Task Before(string place, int index)
    {
        if (Due(place, index, "before") is { } fault)
            await Happen(fault);
    }

    /// <summary>Sends a reply, unless something happens to it.</summary>
    public async Task Send(string place, int index, CardReply reply, params ReadOnlyMemory<byte>[] parts)
    {
        if (Due(place, index, "during") is { } fault)
        {
            if (fault.Kind == "corrupt")
            {
                await replies.SendDamaged(reply, parts);
                return;
            }
            if (fault.Kind is "kill" or "freeze" or "drop")
                await replies.SendHalf(reply, parts);
            await Happen(fault);
        }
        await replies.Send(reply, parts);
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
                replies.Http.Abort();
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
