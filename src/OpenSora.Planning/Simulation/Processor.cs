namespace OpenSora.Planning.Simulation;

/// <summary>A card's kernels: one stream at a time, in the order in which streams ask; a stream keeps it until it would have to wait.</summary>
internal sealed class Processor(EventClock clock)
{
    private readonly Queue<Action> _waiting = new();
    private bool _taken;
    private double _since;

    /// <summary>Seconds in which it was taken.</summary>
    public double Busy { get; private set; }

    public void Take(Action begins)
    {
        if (_taken)
        {
            _waiting.Enqueue(begins);
            return;
        }
        (_taken, _since) = (true, clock.Now);
        begins();
    }

    public void Release()
    {
        Busy += clock.Now - _since;
        _taken = false;
        if (_waiting.TryDequeue(out Action? begins))
            Take(begins);
    }
}
