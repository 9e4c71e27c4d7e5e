using OpenSora.Contracts;
using OpenSora.Planning.Cards;

namespace OpenSora.Planning.Simulation;

/// <summary>
/// Links between cards: each card has one way out and one way in to the cards of its node, and each node one way out and one
/// in to the others, which its cards share. Messages on a way follow each other; a message is on its way out and its way in
/// at once, as far as both are free. Rank r is card r, nodes are filled one after the other.
/// </summary>
public sealed class CardNetwork
{
    private sealed class Way(double bytesPerSecond, double messageSeconds)
    {
        private double _free;

        public double Take(double from, long bytes) => _free = Math.Max(from, _free) + Takes(bytes);

        public double Takes(long bytes) => messageSeconds + bytes / bytesPerSecond;
    }

    private readonly EventClock _clock;
    private readonly CardType _card;
    private readonly int _cards;
    private readonly Way[] _cardOut, _cardIn, _nodeOut, _nodeIn;

    /// <param name="linkShare">What of the nominal rates messages reach, 0 to 1.</param>
    /// <exception cref="InputException">The rate of a link that is needed is not known.</exception>
    public CardNetwork(EventClock clock, CardType card, int cards, double linkShare)
    {
        (_clock, _card, _cards) = (clock, card, cards);
        int nodes = (cards + card.CardsPerNode - 1) / card.CardsPerNode;
        double link = linkShare * Known(card.LinkBytesPerSecond, cards > 1, "link_bytes_per_second");
        double network = linkShare * card.CardsPerNode * Known(card.NetworkBytesPerSecond, nodes > 1, "network_bytes_per_second");
        double message = card.NetworkMessageSeconds / card.CardsPerNode;
        (_cardOut, _cardIn, _nodeOut, _nodeIn) = (Ways(cards, link, 0), Ways(cards, link, 0), Ways(nodes, network, message), Ways(nodes, network, message));

        double Known(double? rate, bool needed, string key) => rate ?? (needed
            ? throw new InputException($"{key} of {card.Name} is not known: give another --card-type, fewer cards, or the figure with --card-types FILE")
            : 1);
        static Way[] Ways(int count, double rate, double message) => [.. Enumerable.Range(0, count).Select(_ => new Way(rate, message))];
    }

    public int NodeOf(int rank) => rank / _card.CardsPerNode;

    /// <summary>The first rank of a node.</summary>
    public int FirstOf(int node) => node * _card.CardsPerNode;

    /// <summary>Ranks of a node: of the last one fewer, where the cards do not fill it.</summary>
    public int CardsOf(int node) => Math.Min(_card.CardsPerNode, _cards - FirstOf(node));

    /// <summary>Bytes that were sent.</summary>
    public long BytesSent { get; private set; }

    /// <summary>Messages that went from node to node.</summary>
    public long MessagesBetweenNodes { get; private set; }

    /// <summary>Sends now.</summary>
    /// <param name="arrives">Gets the time at which the last byte is there, which may still lie ahead when it is called.</param>
    public void Send(int from, int to, long bytes, Action<double> arrives)
    {
        BytesSent += bytes;
        int source = NodeOf(from), target = NodeOf(to);
        bool near = source == target;
        MessagesBetweenNodes += near ? 0 : 1;
        Way leaves = near ? _cardOut[from] : _nodeOut[source], enters = near ? _cardIn[to] : _nodeIn[target];
        double latency = near ? _card.LinkLatencySeconds : _card.NetworkLatencySeconds;
        double left = leaves.Take(_clock.Now, bytes);
        _clock.At(left, () => arrives(enters.Take(left - enters.Takes(bytes), bytes) + latency));
    }
}
