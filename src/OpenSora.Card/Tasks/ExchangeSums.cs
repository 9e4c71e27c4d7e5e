using System.Runtime.InteropServices;
using OpenSora.Card.Faults;
using OpenSora.Contracts.Cards;
using OpenSora.Layout.Gangs;
using OpenSora.Links;
using OpenSora.Parallel.Switching;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Card.Tasks;

/// <summary>Sees each unit before it is handed on: sums it up where steps are checked, and flips a bit where a test asks for it. Thread-safe.</summary>
/// <param name="after">Steps that are done before the first one that is summed up; null for none.</param>
internal sealed class ExchangeSums(int? after, FaultPlan faults, long epoch)
{
    private readonly Lock _one = new();
    private readonly SortedDictionary<int, long> _sums = [];
    private (int Step, int Units) _at = (-1, 0);

    /// <summary>Sees units; null where there is nothing to see.</summary>
    public UnitSeen? Watch => after is null && !faults.HasFlips ? null : See;

    /// <summary>Those of the step that is done; null where it is not summed up.</summary>
    /// <param name="frames">What is handed in, sample by sample.</param>
    public IReadOnlyList<ExchangeSum>? Take(int done, IReadOnlyList<ReadOnlyMemory<byte>> frames)
    {
        if (!IsSummed(done - 1))
            return null;
        lock (_one)
        {
            for (int sample = 0; sample < frames.Count; sample++)
                Add(ExchangeSum.Frames, Crc32C.Of(frames[sample].Span), sample, default, 0);
            ExchangeSum[] sums = [.. _sums.Select(pair => new ExchangeSum(pair.Key, pair.Value))];
            _sums.Clear();
            return sums;
        }
    }

    private bool IsSummed(int step) => after is { } first && step >= first;

    private void See(FrameAddress address, Tensor unit)
    {
        using DisposeScope scope = NewDisposeScope();
        lock (_one)
        {
            _at = _at.Step == address.Step ? (_at.Step, _at.Units + 1) : (address.Step, 0);
            if (faults.HasFlips && faults.Flips(epoch, _at.Step, _at.Units))
                Flip(unit);
        }
        if (!IsSummed(address.Step))
            return;
        uint sum = Crc32C.Of(unit.cpu().contiguous().bytes);
        lock (_one)
            Add(address.Kind == FrameKind.Velocity ? ExchangeSum.Velocity : address.Block, sum, address.Sample, address.Half, address.Unit);
    }

    private void Add(int exchange, uint sum, int sample, GuidanceHalf half, long unit)
    {
        // SplitMix64 of sum and place: a sum of these does not depend on the order.
        ulong mixed = sum + ((ulong)unit << 32) + ((((ulong)sample << 1) + (ulong)half) * 0x9e3779b97f4a7c15);
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
        _sums[exchange] = unchecked(_sums.GetValueOrDefault(exchange) + (long)(mixed ^ (mixed >> 31)));
    }

    /// <summary>A bit in the middle of the numbers.</summary>
    private static void Flip(Tensor unit)
    {
        Tensor host = unit.cpu().contiguous();
        MemoryMarshal.AsBytes(host.bytes)[host.bytes.Length / 8 * 4 + 2] ^= 0x10;
        unit.copy_(host);
    }
}
