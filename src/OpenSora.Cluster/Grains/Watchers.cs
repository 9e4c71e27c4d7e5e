using System.Threading.Channels;

namespace OpenSora.Cluster.Grains;

/// <summary>Who watches a video. A slow one misses changes in between, never the last: a change says only that there is one.</summary>
internal sealed class Watchers
{
    private readonly List<Watcher> _all = [];

    public int Count => _all.Count;

    public Watcher Add()
    {
        Watcher watcher = new(this);
        _all.Add(watcher);
        return watcher;
    }

    public void Tell(GenerationChange change)
    {
        foreach (Watcher watcher in _all)
            watcher.Tell(change);
    }

    internal sealed class Watcher(Watchers watchers) : IDisposable
    {
        private readonly Channel<GenerationChange> _previews = Channel.CreateBounded<GenerationChange>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        private readonly Channel<GenerationChange> _changes = Channel.CreateBounded<GenerationChange>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });

        /// <summary>The next change; null when there was none in time.</summary>
        public async Task<GenerationChange?> Next(TimeSpan wait, CancellationToken cancel)
        {
            using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            over.CancelAfter(wait);
            try
            {
                while (true)
                {
                    if (_changes.Reader.TryRead(out GenerationChange? change) || _previews.Reader.TryRead(out change))
                        return change;
                    await Task.WhenAny(_changes.Reader.WaitToReadAsync(over.Token).AsTask(), _previews.Reader.WaitToReadAsync(over.Token).AsTask());
                    over.Token.ThrowIfCancellationRequested();
                }
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                return null;
            }
        }

        public void Tell(GenerationChange change) => (change.Preview is null ? _changes : _previews).Writer.TryWrite(change);

        public void Dispose() => watchers._all.Remove(this);
    }
}
