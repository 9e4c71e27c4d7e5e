namespace OpenSora.Planning.Simulation;

/// <summary>
/// Simulated time: what is to happen, in order of its time, and of its being said where times are equal. So a simulation
/// depends on nothing but its input. Not thread-safe.
/// </summary>
public sealed class EventClock
{
    private readonly PriorityQueue<Action, (double Time, long Order)> _events = new(new Earlier());
    private long _order;

    /// <summary>Seconds since the start.</summary>
    public double Now { get; private set; }

    /// <summary>Events that have happened.</summary>
    public long Count { get; private set; }

    /// <param name="time">Not before <see cref="Now"/>.</param>
    public void At(double time, Action happens)
    {
        if (!(time >= Now))
            throw new ArgumentOutOfRangeException(nameof(time), $"{time} s lies before {Now} s");
        _events.Enqueue(happens, (time, _order++));
    }

    public void After(double seconds, Action happens) => At(Now + seconds, happens);

    /// <summary>Lets everything happen.</summary>
    public void Run()
    {
        while (_events.TryDequeue(out Action? happens, out (double Time, long) at))
        {
            Now = at.Time;
            Count++;
            happens();
        }
    }

    /// <summary>The same order as that of the pairs by default, at a third of the time.</summary>
    private sealed class Earlier : IComparer<(double Time, long Order)>
    {
        public int Compare((double Time, long Order) a, (double Time, long Order) b) =>
            a.Time < b.Time ? -1 : a.Time > b.Time ? 1 : a.Order.CompareTo(b.Order);
    }
}
