using OpenSora.Cluster.Jobs;

namespace OpenSora.Cluster.Store;

/// <summary>
/// Keeps what a job would need to go on, beside its steps: nothing waits for the disk. Of what is not written yet and has
/// the same name, only the latest is written. A disk that fails is told once, and the job goes on.
/// </summary>
internal sealed class Keeper(JobVoice voice)
{
    private readonly Lock _one = new();
    private readonly List<(string Name, Func<Task> Write)> _waiting = [];
    private Task _writing = Task.CompletedTask;
    private bool _isWriting;

    public void Keep(string name, Func<Task> write)
    {
        lock (_one)
        {
            _waiting.RemoveAll(older => older.Name == name);
            _waiting.Add((name, write));
            if (_isWriting)
                return;
            _isWriting = true;
            _writing = Task.Run(WriteAll);
        }
    }

    /// <summary>All that was offered before is written.</summary>
    public Task Finish()
    {
        lock (_one)
            return _writing;
    }

    private async Task WriteAll()
    {
        while (Next() is { } write)
        {
            try
            {
                await write();
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                voice.Say($"the job's state could not be kept: {failure.Message}; it goes on, and could not be resumed from here");
            }
        }
    }

    private Func<Task>? Next()
    {
        lock (_one)
        {
            if (_waiting.Count == 0)
            {
                _isWriting = false;
                return null;
            }
            Func<Task> write = _waiting[0].Write;
            _waiting.RemoveAt(0);
            return write;
        }
    }
}
