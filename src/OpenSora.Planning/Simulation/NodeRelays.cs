using OpenSora.Layout.Gangs;
using OpenSora.Layout.Units;

namespace OpenSora.Planning.Simulation;

/// <summary>
/// A switch over two levels: cards of a node hand the parts for a card elsewhere to one of them, which sends them as one message.
/// So a card gets one message from each other node where it got one from each of that node's cards. Groups of units that are done
/// at about the same time travel together.
/// </summary>
/// <param name="groups">Groups in which a seat sends a block.</param>
/// <param name="send">Sends bytes from a rank to a rank now; tells when the last byte is there.</param>
internal sealed class NodeRelays(GangPlan plan, CardNetwork network, EventClock clock, Func<Seat, TokenLayout, int> groups, Action<int, int, long, Action<double>> send)
{
    private sealed class Waiting
    {
        public int Come;
        public long Bytes;
        public double Last;
    }

    private readonly Dictionary<(int Node, GuidanceHalf Half, int Block, int Target, int Message), Waiting> _waiting = [];

    /// <summary>Messages for a card elsewhere, of all cards of a node that compute this half: as many as the card with fewest groups has.</summary>
    public int Messages(int node, GuidanceHalf half, TokenLayout layout) =>
        Senders(node, half, layout).Select(seat => groups(seat, layout)).DefaultIfEmpty(0).Min();

    /// <summary>Hands over the part of a group that a card elsewhere wants.</summary>
    /// <param name="arrives">Gets the time at which it is there; called once for each message, not for each part.</param>
    public void Hand(Seat from, GuidanceHalf half, int block, int group, int target, long bytes, Action<double> arrives)
    {
        int rank = from.RankOf(half), node = network.NodeOf(rank);
        TokenLayout layout = GangWork.LayoutOf(block);
        int messages = Messages(node, half, layout), message = group * messages / groups(from, layout);
        int relay = network.FirstOf(node) + target % network.CardsOf(node);
        if (relay == rank)
            Come(clock.Now);
        else
            send(rank, relay, bytes, Come);

        void Come(double time)
        {
            if (!_waiting.TryGetValue((node, half, block, target, message), out Waiting? waiting))
                _waiting.Add((node, half, block, target, message), waiting = new Waiting());
            waiting.Bytes += bytes;
            waiting.Last = Math.Max(waiting.Last, time);
            if (++waiting.Come == Parts(node, half, layout, messages, message))
                clock.At(Math.Max(clock.Now, waiting.Last), () => send(relay, target, waiting.Bytes, arrives));
        }
    }

    private int Parts(int node, GuidanceHalf half, TokenLayout layout, int messages, int message) => Senders(node, half, layout)
        .Sum(seat => Enumerable.Range(0, groups(seat, layout)).Count(group => group * messages / groups(seat, layout) == message));

    private IEnumerable<Seat> Senders(int node, GuidanceHalf half, TokenLayout layout) =>
        plan.Seats.Where(seat => network.NodeOf(seat.RankOf(half)) == node && seat.Held(layout).Count > 0);
}
