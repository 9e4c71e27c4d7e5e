using System.Diagnostics;

namespace OpenSora.Cluster.Gangs;

/// <summary>
/// What a change of a gang takes, as this coordinator has seen: the time from the last step of one epoch to the first of the next that a step of
/// that gang does not take. Thread-safe.
/// </summary>
internal sealed class ChangeCost
{
    /// <summary>Weight of the latest change.</summary>
    private const double Latest = 0.3;

    private readonly Lock _one = new();
    private double? _seconds;

    /// <summary>As long as none was seen: what the simulator assumes.</summary>
    public static TimeSpan Guess { get; } = TimeSpan.FromSeconds(0.1);

    public TimeSpan Mean
    {
        get
        {
            lock (_one)
                return _seconds is { } seconds ? TimeSpan.FromSeconds(seconds) : Guess;
        }
    }

    private void Saw(double seconds)
    {
        lock (_one)
            _seconds = _seconds is { } before ? ((1 - Latest) * before) + (Latest * seconds) : seconds;
        Instruments.GangChange.Record(seconds);
    }

    /// <summary>Watches one denoise.</summary>
    public Watch Begin() => new(this);

    /// <summary>The steps of a denoise over its epochs. Used by one thread at a time.</summary>
    public sealed class Watch(ChangeCost cost)
    {
        private long? _last;
        private double? _first;
        private bool _isFirst, _isChange;

        public void StepEnds()
        {
            long now = Stopwatch.GetTimestamp();
            double? passed = _last is { } last ? Stopwatch.GetElapsedTime(last, now).TotalSeconds : null;
            // The second step of an epoch tells what the first would have taken without the change.
            if (!_isFirst && _first is { } first && passed is { } step)
                cost.Saw(Math.Max(0, first - step));
            _first = _isFirst && _isChange ? passed : null;
            (_last, _isFirst) = (now, false);
        }

        /// <param name="onPurpose">A loss is noticed first, and is no change of the queue's.</param>
        public void EpochEnds(bool onPurpose) => (_isFirst, _isChange, _first) = (true, onPurpose && _last is not null, null);
    }
}
