using Orleans.Embedded.Calls;
using Orleans.Storage;

namespace Orleans.Embedded.Activations;

/// <summary>One life of a grain: its object, its turns and the requests that wait for it.</summary>
internal sealed partial class Activation : IGrainContext
{
    private readonly Lock gate = new();
    private readonly List<Request> waiting = [];
    private readonly List<Request> running = [];
    private readonly GrainClass kind;
    private Stage stage = Stage.New;

    public Activation(Silo silo, GrainClass kind, GrainId id)
    {
        (Silo, this.kind, GrainId) = (silo, kind, id);
        Scheduler = new TurnScheduler(this);
        lastUsed = silo.Clock.GetTimestamp();
    }

    private enum Stage
    {
        New,
        Activating,
        Active,
        Deactivating,
        Ended,
    }

    /// <summary>The activation whose turn this is; null outside grains, and in work that a grain gave to the thread pool.</summary>
    public static Activation? Current => (TaskScheduler.Current as TurnScheduler)?.Owner;

    public Silo Silo { get; }

    public TurnScheduler Scheduler { get; }

    public GrainId GrainId { get; }

    public object? GrainInstance { get; private set; }

    /// <summary>Takes a request, and activates for the first one.</summary>
    /// <returns>False from the deactivation on: the request is for the next activation.</returns>
    public bool TryReceive(Request request)
    {
        lock (gate)
        {
            if (stage >= Stage.Deactivating)
            {
                return false;
            }
            waiting.Add(request);
            if (stage == Stage.New)
            {
                stage = Stage.Activating;
                Scheduler.Run(ActivateAsync);
            }
            StartWhatMay();
            return true;
        }
    }

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);

    public override string ToString() => GrainId.ToString();

    /// <summary>Starts every waiting request that may start, oldest first; called under the gate.</summary>
    private void StartWhatMay()
    {
        for (int index = 0; stage == Stage.Active && index < waiting.Count;)
        {
            Request request = waiting[index];
            if (request.IsStale)
            {
                waiting.RemoveAt(index);
            }
            else if (MayStart(request))
            {
                waiting.RemoveAt(index);
                running.Add(request);
                Scheduler.Run(() => RunAsync(request));
            }
            else
            {
                index++;
            }
        }
    }

    /// <summary>Orleans' rules: interleaving requests keep nobody out, readers share, a reentrant class lets all in.</summary>
    private bool MayStart(Request request) =>
        request.Interleaves || kind.Reentrant || running.TrueForAll(other => other.Interleaves || (other.ReadOnly && request.ReadOnly));

    private async Task RunAsync(Request request)
    {
        Outcome outcome = await request.RunAsync(this);
        if (outcome.Error is InconsistentStateException stale)
        {
            // What is in memory is not what is stored: the next call reads anew. Before the response, so that its caller's next call does.
            Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationError, stale, "The stored state is another than the activation's."));
        }
        request.Respond(outcome);
        lock (gate)
        {
            running.Remove(request);
            if (request.KeepsAlive)
            {
                lastUsed = Silo.Clock.GetTimestamp();
            }
            StartWhatMay();
            TellWhetherQuiet();
        }
    }
}
