using OpenSora.Layout.Gangs;
using OpenSora.Layout.Units;
using OpenSora.Planning.Cards;

namespace OpenSora.Planning.Simulation;

/// <summary>What one step of a gang took.</summary>
/// <param name="Seconds">From the step's first kernel to the last velocity.</param>
/// <param name="BytesSent">By rank.</param>
/// <param name="TokensComputed">By rank, counted in each block.</param>
/// <param name="BusySeconds">By rank.</param>
/// <param name="MessagesBetweenNodes">Of all ranks.</param>
public sealed record StepResult(double Seconds, long[] BytesSent, long[] TokensComputed, double[] BusySeconds, long MessagesBetweenNodes, long Events)
{
    /// <summary>Share of the step in which cards stood still, over all cards.</summary>
    public double Waiting => 1 - BusySeconds.Sum() / (Seconds * BusySeconds.Length);
}

/// <summary>
/// One denoising step of a gang, event by event: each half of guidance on each of its ranks is a stream that computes its
/// units block by block, sends them as they are done, and goes on when the parts of all others have come. The last rank of
/// an odd gang has two streams, which compute in turns.
/// </summary>
public sealed class StepSimulation
{
    /// <summary>Messages of a step above which units are sent in fewer, larger groups: that bounds the time of a simulation.</summary>
    private const long MostMessages = 200_000;

    /// <summary>Groups of a block: more show no more overlap.</summary>
    private const int MostGroups = 16;

    private readonly GangWork _work;
    private readonly EventClock _clock = new();
    private readonly CardNetwork _network;
    private readonly Processor[] _processors;
    private readonly Stream[,] _streams; // seat, half
    private readonly long[] _bytes, _tokens;
    private readonly NodeRelays? _relays;
    private readonly int _groups;
    private double _end;

    private StepSimulation(GangWork work, CardType card, double linkShare, bool twoLevels)
    {
        GangPlan plan = work.Plan;
        _work = work;
        _network = new CardNetwork(_clock, card, plan.Ranks, linkShare);
        _processors = [.. Enumerable.Range(0, plan.Ranks).Select(_ => new Processor(_clock))];
        (_bytes, _tokens) = (new long[plan.Ranks], new long[plan.Ranks]);
        long pairs = 2L * plan.Seats.Count * (plan.Seats.Count - 1) * work.Blocks;
        _groups = (int)Math.Clamp(MostMessages / Math.Max(1, pairs), 1, MostGroups);
        _streams = new Stream[plan.Seats.Count, 2];
        foreach (Seat seat in plan.Seats)
            foreach (GuidanceHalf half in Enum.GetValues<GuidanceHalf>())
                _streams[seat.Index, (int)half] = new Stream(this, seat, half);
        if (twoLevels)
            _relays = new NodeRelays(plan, _network, _clock, (seat, layout) => _streams[seat.Index, 0].Groups(layout), Send);
    }

    /// <param name="linkShare">What of the nominal rates of links messages reach, 0 to 1.</param>
    /// <param name="twoLevels">Whether the switch hands parts for other nodes to one card of its own node first (<see cref="NodeRelays"/>).</param>
    public static StepResult Run(GangWork work, CardType card, double linkShare, bool twoLevels = false)
    {
        StepSimulation simulation = new(work, card, linkShare, twoLevels);
        foreach (Stream stream in simulation._streams)
            simulation._clock.At(0, stream.Begin);
        simulation._clock.Run();
        return new StepResult(
            simulation._end, simulation._bytes, simulation._tokens, [.. simulation._processors.Select(card => card.Busy)],
            simulation._network.MessagesBetweenNodes, simulation._clock.Count);
    }

    private void Send(int from, int to, long bytes, Action<double> arrives)
    {
        _bytes[from] += bytes;
        _network.Send(from, to, bytes, arrives);
    }

    /// <summary>One half of guidance on one rank.</summary>
    private sealed class Stream(StepSimulation step, Seat seat, GuidanceHalf half)
    {
        private readonly int _rank = seat.RankOf(half);
        private readonly int[] _come = new int[step._work.Blocks];        // messages, by the block that they follow
        private readonly double[] _lastComes = new double[step._work.Blocks];
        private readonly IReadOnlyList<Run>[] _groups =
            [.. Enum.GetValues<TokenLayout>().Select(layout => step._work.Groups(seat, layout, step._groups))];
        private int _block;
        private bool _computed, _ownVelocity;
        private double? _otherVelocity;

        /// <summary>In how many messages it sends a block.</summary>
        public int Groups(TokenLayout layout) => _groups[(int)layout].Count;

        public void Begin() => step._processors[_rank].Take(() => Compute(0));

        /// <summary>The groups of a block one after the other, each sent when it is done.</summary>
        private void Compute(int group)
        {
            IReadOnlyList<Run> groups = _groups[(int)GangWork.LayoutOf(_block)];
            if (group == groups.Count)
            {
                _computed = true;
                step._processors[_rank].Release();
                GoOn();
                return;
            }
            step._clock.After(step._work.Seconds(_block, groups[group]), () =>
            {
                Finish(groups[group], group);
                Compute(group + 1);
            });
        }

        private void Finish(Run run, int group)
        {
            TokenLayout layout = GangWork.LayoutOf(_block);
            step._tokens[_rank] += run.Count * step._work.Plan.Units.Whole(layout.Other()).Count;
            IReadOnlyList<Seat> seats = step._work.Plan.Seats;
            int block = _block;
            for (int i = 1; i < seats.Count; i++)
            {
                Seat other = seats[(seat.Index + i) % seats.Count];
                Run wanted = other.Held(layout.Other());
                if (wanted.Count == 0)
                    continue;
                Stream peer = step._streams[other.Index, (int)half];
                long bytes = step._work.Bytes(block, run, wanted);
                if (step._relays is { } relays && !IsNear(other))
                    relays.Hand(seat, half, block, group, other.RankOf(half), bytes, time => peer.Comes(block, time));
                else
                    step.Send(_rank, other.RankOf(half), bytes, time => peer.Comes(block, time));
            }
        }

        private bool IsNear(Seat other) => step._network.NodeOf(other.RankOf(half)) == step._network.NodeOf(_rank);

        private void Comes(int block, double time)
        {
            _come[block]++;
            _lastComes[block] = Math.Max(_lastComes[block], time);
            GoOn();
        }

        /// <summary>To the next block, when this one is computed and everything that follows it has come.</summary>
        private void GoOn()
        {
            if (!_computed || _come[_block] < Expected(_block))
                return;
            _computed = false;
            step._clock.At(Math.Max(step._clock.Now, _lastComes[_block]), () =>
            {
                if (++_block < step._work.Blocks)
                    Begin();
                else
                    Exchange();
            });
        }

        private int Expected(int block)
        {
            TokenLayout layout = GangWork.LayoutOf(block);
            if (seat.Held(layout.Other()).Count == 0)
                return 0;
            IEnumerable<Seat> others = step._work.Plan.Seats.Where(other => other.Index != seat.Index);
            if (step._relays is not { } relays)
                return others.Sum(other => step._streams[other.Index, (int)half].Groups(layout));
            return others.Where(IsNear).Sum(other => step._streams[other.Index, (int)half].Groups(layout))
                + others.Where(other => !IsNear(other)).Select(other => step._network.NodeOf(other.RankOf(half))).Distinct().Sum(node => relays.Messages(node, half, layout));
        }

        /// <summary>Velocities to the rank of the other half, which sends its own.</summary>
        private void Exchange()
        {
            _ownVelocity = true;
            if (!seat.HasOneRank && seat.Frames.Count > 0)
            {
                Stream other = step._streams[seat.Index, 1 - (int)half];
                step.Send(_rank, other._rank, step._work.VelocityBytes(seat), other.VelocityComes);
            }
            else
            {
                _otherVelocity = step._clock.Now;
            }
            End();
        }

        private void VelocityComes(double time)
        {
            _otherVelocity = time;
            End();
        }

        private void End()
        {
            if (_ownVelocity && _otherVelocity is { } other)
                step._end = Math.Max(step._end, Math.Max(step._clock.Now, other));
        }
    }
}
