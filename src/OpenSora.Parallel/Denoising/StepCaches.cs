using OpenSora.Contracts.Generation;
using OpenSora.Inference.Transformer.Caching;
using OpenSora.Layout.Gangs;

namespace OpenSora.Parallel.Denoising;

/// <summary>What one rank hands on from step to step: of each sample, for each half of guidance that the rank computes. Thread-safe.</summary>
/// <param name="steps">All steps of sampling.</param>
public sealed class StepCaches(StepCache rule, int steps) : IDisposable
{
    private readonly Dictionary<(int, GuidanceHalf), ForwardCache> _caches = [];

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
