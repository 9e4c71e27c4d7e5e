namespace OpenSora.Client.Server;

/// <summary>How long a service that does not answer is waited for. The wait is told once for each time that it is away. Thread-safe.</summary>
/// <param name="longest">After this a request gives up.</param>
internal sealed class Absence(TimeSpan longest, Action<string> tell)
{
    private int _isAway;

    public TimeSpan Longest { get; } = longest;

    /// <summary>A request was not answered.</summary>
    public void Begin(Uri service, string why)
    {
        if (Interlocked.Exchange(ref _isAway, 1) == 0)
            tell(FormattableString.Invariant($"{service} does not answer ({why}): waiting for it, {Longest.TotalSeconds:0} s at most (--server-wait)"));
    }

    /// <summary>A request was answered.</summary>
    public void End(Uri service)
    {
        if (Interlocked.Exchange(ref _isAway, 0) == 1)
            tell($"{service} answers again");
    }
}
