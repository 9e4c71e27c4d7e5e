using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Embedded.Calls;
using Orleans.Embedded.Copying;

namespace Orleans.Embedded.Activations;

/// <summary>All activations of this process: finds or makes the one that a request is for, collects idle ones, ends all at the stop.</summary>
internal sealed partial class Silo(
    IServiceProvider services,
    GrainClasses classes,
    GrainCaller calls,
    MessageCopier copier,
    TimeProvider clock,
    IOptions<GrainCollectionOptions> collection,
    ILogger<Silo> logger) : IDisposable
{
    private readonly ConcurrentDictionary<GrainId, Activation> activations = new();
    private readonly CancellationTokenSource stopping = new();
    private ITimer? collector;
    private volatile bool draining;
    private volatile bool stopped;

    public IServiceProvider Services { get; } = services;

    public GrainCaller Calls { get; } = calls;

    public MessageCopier Copier { get; } = copier;

    public TimeProvider Clock { get; } = clock;

    public GrainCollectionOptions Collection => collection.Value;

    /// <summary>Cancelled when the host stops: no more events are delivered.</summary>
    public CancellationToken Stopping => stopping.Token;

    public void Start() =>
        collector = Clock.CreateTimer(_ => CollectIdle(), null, Collection.CollectionQuantum, Collection.CollectionQuantum);

    /// <summary>Gives a request to the grain's activation; while one ends, to the next one after it.</summary>
    public void Send(GrainId target, Request request)
    {
        if (stopped || (draining && Activation.Current is null && !activations.ContainsKey(target)))
        {
            request.Respond(new Outcome(null, new SiloUnavailableException($"The silo stops, or has stopped: {target} cannot be called.")));
            return;
        }
        Activation activation;
        try
        {
            activation = activations.GetOrAdd(target, id => new Activation(this, classes.Named(id.Type), id));
        }
        catch (Exception error)
        {
            request.Respond(new Outcome(null, error));
            return;
        }
        if (!activation.TryReceive(request))
        {
            activation.Deactivated.ContinueWith(_ => Send(target, request), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    /// <summary>Another request for the grain makes another activation from here on.</summary>
    public void Forget(Activation activation) => activations.TryRemove(KeyValuePair.Create(activation.GrainId, activation));

    /// <summary>Ends all activations, and those that the ending ones still make by their calls; then nothing can be called.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        draining = true;
        await stopping.CancelAsync();
        if (collector is not null)
        {
            await collector.DisposeAsync();
        }
        DeactivationReason reason = new(DeactivationReasonCode.ShuttingDown, "The host stops.");
        while (!activations.IsEmpty && !cancellationToken.IsCancellationRequested)
        {
            Activation[] ending = [.. activations.Values];
            foreach (Activation activation in ending)
            {
                activation.Deactivate(reason, cancellationToken);
            }
            await Task.WhenAll(ending.Select(activation => activation.Deactivated)).WaitAsync(cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        stopped = true;
    }

    public void Dispose() => stopping.Dispose();

    [LoggerMessage(Level = LogLevel.Error, Message = "{Grain} could not be activated")]
    public partial void LogActivationFailed(GrainId grain, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Grain} did not end in order")]
    public partial void LogDeactivationFailed(GrainId grain, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A tick of a timer of {Grain} failed")]
    public partial void LogTickFailed(GrainId grain, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A subscriber to stream {Stream} failed")]
    public partial void LogDeliveryFailed(StreamId stream, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Grain} has a subscription to stream {Stream} and has not resumed it: the event is lost")]
    public partial void LogNobodyResumed(GrainId grain, StreamId stream);

    private void CollectIdle()
    {
        foreach (Activation activation in activations.Values)
        {
            activation.CollectIfIdle(Collection.CollectionAge);
        }
    }
}
