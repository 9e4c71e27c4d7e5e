namespace Orleans.Embedded.Activations;

/// <summary>
/// Runs an activation's turns one after the other on the thread pool. Every await in a grain comes back to it, since a task's
/// continuation goes to the scheduler that it was awaited on.
/// </summary>
internal sealed class TurnScheduler(Activation owner) : TaskScheduler, IThreadPoolWorkItem
{
    /// <summary>After so many turns other activations get the thread.</summary>
    private const int TurnsInARow = 64;

    private readonly Queue<Task> waiting = new();
    private bool running;

    public Activation Owner { get; } = owner;

    public override int MaximumConcurrencyLevel => 1;

    public void Execute()
    {
        for (int turn = 0; turn < TurnsInARow; turn++)
        {
            Task? task;
            lock (waiting)
            {
                if (!waiting.TryDequeue(out task))
                {
                    running = false;
                    return;
                }
            }
            TryExecuteTask(task);
        }
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Starts work on a turn. Nothing that flows with the caller's thread comes along: a message would not carry it either.</summary>
    public Task Run(Func<Task> work)
    {
        bool flows = !ExecutionContext.IsFlowSuppressed();
        AsyncFlowControl? suppressed = flows ? ExecutionContext.SuppressFlow() : null;
        try
        {
            return Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();
        }
        finally
        {
            suppressed?.Undo();
        }
    }

    /// <inheritdoc cref="Run(Func{Task})"/>
    public void Run(Action work) => _ = Run(() =>
    {
        work();
        return Task.CompletedTask;
    });

    protected override void QueueTask(Task task)
    {
        lock (waiting)
        {
            waiting.Enqueue(task);
            if (running)
            {
                return;
            }
            running = true;
        }
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && Current == this && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (waiting)
        {
            return [.. waiting];
        }
    }
}
