using OpenSora.Cluster.Jobs;

namespace OpenSora.Cluster.Store;

/// <summary>
/// Keeps what a job would need to go on, beside its steps: nothing waits for the disk. Of what is not written yet and has
/// the same name, only the latest is written. A disk that fails is told once, and the job goes on; what could not be written is
/// tried again with the next step, and when <see cref="TryAgain"/> says so.
/// </summary>
internal sealed class CheckpointWriter(JobProgress progress)
{
    private readonly List<(string Name, Action Write)> _waiting = [], _unwritten = [];
    private Task _writing = Task.CompletedTask;
    private bool _hasFailed;

    public void Keep(string name, Action write)
    {
        _waiting.RemoveAll(older => older.Name == name);
        _unwritten.RemoveAll(older => older.Name == name);
        _waiting.Add((name, write));
        if (_writing.IsCompleted)
            _writing = WriteAll();
    }

    /// <summary>All that was offered before is written, or could not be.</summary>
    public Task Finish() => _writing;

    /// <summary>Writes what could not be written before.</summary>
    /// <returns>Whether all is written now.</returns>
    public async Task<bool> TryAgain()
    {
        await _writing;
        await (_writing = WriteAll());
        return _unwritten.Count == 0;
    }

    private async Task WriteAll()
    {
        _waiting.InsertRange(0, _unwritten);
        _unwritten.Clear();
        while (_waiting.Count > 0)
        {
            (string name, Action write) = _waiting[0];
            _waiting.RemoveAt(0);
            try
            {
                // A disk may take its time, and no thread of the pool is to wait for it.
                await Task.Factory.StartNew(write, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
                _hasFailed = false;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                if (!_hasFailed)
                    progress.Say($"the job's state could not be kept: {failure.Message}; it goes on, and could not be gone on with from here");
                _hasFailed = true;
                if (!_waiting.Exists(newer => newer.Name == name))
                    _unwritten.Add((name, write));
            }
        }
    }
}
