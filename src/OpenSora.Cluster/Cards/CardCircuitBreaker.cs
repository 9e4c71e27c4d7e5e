using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Polly;
using Polly.CircuitBreaker;

namespace OpenSora.Cluster.Cards;

/// <summary>A circuit breaker for each card, by name: a card that starts again is no better for it. Thread-safe.</summary>
/// <param name="changed">Called when a card has rested.</param>
internal sealed class CardCircuitBreaker(ClusterOptions options, TimeProvider clock, Action changed)
{
    private readonly ConcurrentDictionary<string, Breaker> _breakers = [];

    public bool IsResting(string card) => _breakers.TryGetValue(card, out Breaker? breaker) && breaker.RestsUntil > clock.GetUtcNow();

    public void Succeeded(string card)
    {
        if (_breakers.TryGetValue(card, out Breaker? breaker))
            breaker.Tell(failed: false);
    }

    /// <returns>Whether it rests from now on.</returns>
    public bool Failed(string card)
    {
        bool rested = IsResting(card);
        _breakers.GetOrAdd(card, _ => new Breaker(card, options, clock, changed)).Tell(failed: true);
        return !rested && IsResting(card);
    }

    private sealed class Breaker
    {
        private readonly ResiliencePipeline<bool> _pipeline;

        public Breaker(string card, ClusterOptions options, TimeProvider clock, Action changed) => _pipeline = new ResiliencePipelineBuilder<bool> { Name = "rest", InstanceName = card, TimeProvider = clock }
            .ConfigureTelemetry(NullLoggerFactory.Instance)
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<bool>
            {
                ShouldHandle = new PredicateBuilder<bool>().HandleResult(failed => failed),
                FailureRatio = options.RestFailureRatio,
                MinimumThroughput = options.FailuresToRest,
                SamplingDuration = options.RestWindow,
                BreakDuration = options.Rest,
                OnOpened = opened =>
                {
                    Instruments.CardsRested.Add(1);
                    RestsUntil = clock.GetUtcNow() + opened.BreakDuration;
                    // Those that wait for a card look again when it has rested; timers may come a little early.
                    _ = Task.Delay(opened.BreakDuration + TimeSpan.FromMilliseconds(50), clock).ContinueWith(_ => changed(), TaskScheduler.Default);
                    return default;
                },
            }).Build();

        public DateTimeOffset RestsUntil { get; private set; }

        public void Tell(bool failed)
        {
            try
            {
                _pipeline.Execute(() => failed);
            }
            catch (BrokenCircuitException)
            {
                // A task that was given before it opened has ended since.
            }
        }
    }
}
