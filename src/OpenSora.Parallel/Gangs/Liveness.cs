using OpenSora.Links;

namespace OpenSora.Parallel.Gangs;

/// <summary>
/// How long a peer has been silent. It adds up small steps of its own time instead of comparing clocks: a process that was
/// frozen itself and goes on must not blame the others for the time that it has missed. A peer that has said nothing yet may
/// still be joining, and has as long as that may take.
/// </summary>
internal sealed class Liveness(ILink link, LinkOptions options)
{
    private readonly long _longestStep = (long)(2 * options.Heartbeat.TotalMilliseconds);
    private long _looked = Environment.TickCount64, _heard, _silent;

    /// <summary>Null while it is not too long. To be called at least at every heartbeat.</summary>
    public TimeSpan? Silent()
    {
        long now = Environment.TickCount64, step = Math.Min(now - _looked, _longestStep), heard = link.LastHeard;
        (_looked, _silent) = (now, heard == _heard ? _silent + step : 0);
        _heard = heard;
        double limit = (heard == 0 ? options.Joining : options.Silence).TotalMilliseconds;
        return _silent > limit ? TimeSpan.FromMilliseconds(_silent) : null;
    }
}
