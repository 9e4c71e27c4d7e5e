using OpenSora.Cluster.Jobs;

namespace OpenSora.Cluster.Store;

/// <summary>
/// Keeps what a job would need to go on, beside its steps: nothing waits for the disk. Of what is not written yet and has
/// the same name, only the latest is written. A disk that fails is told once, and the job goes on.
/// </summary>
internal sealed class Keeper(JobVoice voice)
{
    private readonly List<(string Name, Action Write)> _waiting = [];
    private Task _writing = Task.CompletedTask;
    private bool _hasFailed;

    public void Keep(string name, Action write)
    {
        _waiting.RemoveAll(older => older.Name == name);
        _waiting.Add((name, write));
        if (_writing.IsCompleted)
            _writing = WriteAll();
    }

    /// <summary>All that was offered before is written.</summary>
    public Task Finish() => _writing;

    private async Task WriteAll()
    {
        while (_waiting.Count > 0)
        {
            Action write = _waiting[0].Write;
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
                    voice.Say($"the job's state could not be kept: {failure.Message}; it goes on, and could not be gone on with from here");
                _hasFailed = true;
            }
        }
    }
}
