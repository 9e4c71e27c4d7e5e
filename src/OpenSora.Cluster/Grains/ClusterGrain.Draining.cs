using OpenSora.Cluster.Store;

namespace OpenSora.Cluster.Grains;

/// <summary>Maintenance: nothing begins, and what is being made waits, until that is taken back. A mark beside the jobs says so, over restarts and to every silo.</summary>
internal sealed partial class ClusterGrain
{
    private bool _isDrained;

    private string DrainMark => Path.Combine(jobs.Root, "drained");

    public async Task Drain(bool on)
    {
        await Task.Run(() =>
        {
            Directory.CreateDirectory(jobs.Root);
            if (on)
                KeptFile.Write(DrainMark, _ => { });
            else
                File.Delete(DrainMark);
        });
        _isDrained = on;
        await Decide();
    }

    public Task<ClusterState> State() => Task.FromResult(new ClusterState(_isDrained, _running.Count, _waiting.Count));
}
