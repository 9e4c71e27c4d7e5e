using OpenSora.Contracts.Generation;
using OpenSora.Layout.Gangs;

namespace OpenSora.Inference.Transformer.Caching;

/// <summary>What one rank hands on from step to step: of each sample, for each half of guidance that the rank computes. Thread-safe.</summary>
/// <param name="steps">All steps of sampling.</param>
public sealed class StepCaches(StepCache rule, int steps) : IDisposable
{
    private readonly Dictionary<(int, GuidanceHalf), ForwardCache> _caches = [];

    /// <summary>Parts of blocks evaluated, and taken from an earlier step, so far. To be asked for between two steps.</summary>
    public (long Evaluated, long Taken) Parts => (_caches.Values.Sum(cache => cache.Evaluated), _caches.Values.Sum(cache => cache.Taken));

    /// <summary>Those of a request; null when it takes nothing from earlier steps.</summary>
    /// <param name="rule">See <see cref="StepCache.Parse"/>.</param>
    public static StepCaches? For(StepCache? rule, int steps) => rule is null ? null : new StepCaches(rule, steps);

    /// <summary>That of a sample's half, told of the step that begins.</summary>
    public ForwardCache Begin(int step, int sample, GuidanceHalf half)
    {
        ForwardCache? cache;
        lock (_caches) // two halves on one card are two threads
            if (!_caches.TryGetValue((sample, half), out cache))
                _caches.Add((sample, half), cache = ForwardCache.For(rule, steps));
        cache.Begin(step);
        return cache;
    }

    public void Dispose()
    {
        foreach (ForwardCache cache in _caches.Values)
            cache.Dispose();
    }
}
