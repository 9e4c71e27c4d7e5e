namespace Orleans.Runtime;

/// <summary>A timer whose ticks are turns of its grain. Disposing of it cancels the token of the tick that runs.</summary>
public interface IGrainTimer : IDisposable
{
    /// <summary>Sets both times anew; during a tick, from its end on.</summary>
    void Change(TimeSpan dueTime, TimeSpan period);
}
