using System.Diagnostics;
using OpenSora.Inference.Sharding;
using OpenSora.Layout.Gangs;
using OpenSora.Layout.Units;
using OpenSora.Links;
using OpenSora.Torch;
using static TorchSharp.torch;

namespace OpenSora.Parallel.Switching;

/// <summary>
/// A ragged all-to-all. A unit goes to every other seat as soon as it is computed, cut to the seat's frames or positions;
/// what comes from the others is put in its place while units are computed, and the rest at the end. The own part is
/// copied. Nothing is padded. On a device with streams, copies from and to the host go on beside the units that are computed.
/// </summary>
/// <param name="source">What this rank holds before.</param>
/// <param name="target">What it holds after; the numbers are not there yet.</param>
internal sealed class RankSwitch(TokenRanks ranks, TokenLayout from, Run source, Tokens target, int block) : ITokenSwitch
{
    private readonly Queue<(int Rank, Run Unit)>[] _due = Due(ranks, from, target);
    private long _added, _began, _waited;
    private Activity? _span;

    public void Add(Tokens unit)
    {
        ranks.Mesh.ThrowIfOver(); // a rank that works alone hears of an end nowhere else
        if (unit.Layout != from || unit.First != source.First + _added)
            throw new InvalidOperationException($"unit {unit.Layout} {unit.First} came where {from} {source.First + _added} was due");
        if (_added == 0)
            Begin();
        _added += unit.Run.Count;
        ranks.Counters.Computed(unit.Values.shape[0] * unit.Values.shape[1]);

        ranks.Seen?.Invoke(Address(unit.First), unit.Values);

        // Each rank begins with its neighbour, so that not all send to the same one at once.
        IReadOnlyList<Seat> seats = ranks.Plan.Seats;
        for (int i = 1; i < seats.Count; i++)
            SendPart(unit, seats[(ranks.Seat.Index + i) % seats.Count]);
        Place(unit.Run, unit.Values.narrow(1, target.First, target.Run.Count));
        TakeArrived();
    }

    public Tokens Finish()
    {
        if (_added != source.Count)
            throw new InvalidOperationException($"{_added} of {source.Count} {from} were handed over");
        if (_added == 0)
            Begin();
        TakeArrived();
        foreach (Queue<(int Rank, Run Unit)> due in _due)
            while (due.TryPeek(out (int Rank, Run Unit) next))
            {
                Take(due, Wait(next.Rank, next.Unit));
                TakeArrived();
            }
        ranks.Counters.Switched(_began);
        _span?.SetTag("opensora.waited_seconds", Stopwatch.GetElapsedTime(0, _waited).TotalSeconds).Dispose();
        return target;
    }

    // The target belongs to the caller's dispose scope whether or not the switch was finished.
    public void Dispose() => _span?.Dispose();

    private void Begin()
    {
        _began = Stopwatch.GetTimestamp();
        _span = Tracing.Source.StartActivity("switch")?.SetTag("opensora.block", block).SetTag("opensora.half", ranks.Half.ToString());
    }

    private void SendPart(Tokens unit, Seat seat)
    {
        Run wanted = seat.Held(target.Layout);
        if (wanted.Count == 0)
            return;
        using Tensor part = unit.Values.narrow(1, wanted.First, wanted.Count);
        ranks.Counters.Sent(FrameKind.Tokens, ranks.Mesh.Send(seat.RankOf(ranks.Half), Address(unit.First), part));
    }

    /// <summary>Places all frames that are here already.</summary>
    private void TakeArrived()
    {
        foreach (Queue<(int Rank, Run Unit)> due in _due)
            while (due.TryPeek(out (int Rank, Run Unit) next) && Receive(next.Rank, next.Unit, wait: false) is { } part)
                Take(due, part);
    }

    private void Take(Queue<(int Rank, Run Unit)> due, Tensor part)
    {
        using (part)
        using (DeviceCopy here = new(part, target.Values.device))
        {
            ranks.Counters.Received(FrameKind.Tokens, part.numel() * part.element_size());
            here.WaitOnDevice();
            Place(due.Dequeue().Unit, here.Numbers);
        }
    }

    /// <summary>Waits for a frame, and lets the other half of guidance compute meanwhile.</summary>
    private Tensor Wait(int rank, Run unit)
    {
        long since = Stopwatch.GetTimestamp();
        ranks.Turn.Release();
        try
        {
            return Receive(rank, unit, wait: true)!;
        }
        finally
        {
            ranks.Counters.Waited(since);
            _waited += Stopwatch.GetTimestamp() - since;
            ranks.Turn.Take();
        }
    }

    private Tensor? Receive(int rank, Run unit, bool wait) => ranks.Mesh.Receive(
        rank, Address(unit.First), target.Values.dtype, [unit.Count, target.Run.Count, target.Values.shape[2]], wait);

    /// <summary>[unit, own] into [own, all]: the transposing copy that a switch is.</summary>
    private void Place(Run unit, Tensor part)
    {
        using Tensor slot = target.Values.narrow(1, unit.First, unit.Count);
        using Tensor transposed = part.transpose(0, 1);
        slot.copy_(transposed);
    }

    private FrameAddress Address(long unit) => new(FrameKind.Tokens, ranks.Step, ranks.Sample, ranks.Half, block, unit);

    /// <summary>What comes from each other rank of the half, in the order in which it comes.</summary>
    private static Queue<(int, Run)>[] Due(TokenRanks ranks, TokenLayout from, Tokens target) => target.Run.Count == 0
        ? []
        : [.. ranks.Plan.Seats.Where(seat => seat != ranks.Seat).Select(seat => new Queue<(int, Run)>(
            ranks.Plan.Units.Units(from, seat.Held(from)).Select(unit => (seat.RankOf(ranks.Half), unit))))];
}
