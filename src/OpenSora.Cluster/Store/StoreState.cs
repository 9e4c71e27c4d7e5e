using OpenSora.Cluster.Videos;
using OpenSora.Contracts.Files;

namespace OpenSora.Cluster.Store;

/// <summary>Whether anything can be kept, as far as this process knows. Thread-safe.</summary>
internal sealed class StoreState
{
    private volatile StoreTrouble? _trouble;

    /// <summary>null while all is well.</summary>
    public StoreTrouble? Trouble { get => _trouble; set => _trouble = value; }

    /// <summary>Looks at the store once more. Default: does not.</summary>
    public Func<CancellationToken, Task> LookAgain { get; set; } = _ => Task.CompletedTask;

    /// <summary>Looks once more before it refuses for want of room: that may have been made just now.</summary>
    /// <inheritdoc cref="Require"/>
    public async Task RequireNow(CancellationToken cancel)
    {
        if (Trouble is { Code: StoreTrouble.DiskFull })
            await LookAgain(cancel);
        Require();
    }

    /// <exception cref="DiskFullException">There is no room.</exception>
    /// <exception cref="StoreAwayException">It takes nothing for now, for another reason.</exception>
    public void Require()
    {
        if (Trouble is { Code: StoreTrouble.DiskFull } full)
            throw new DiskFullException(full.Message);
        if (Trouble is { } other)
            throw new StoreAwayException(other.Message);
    }
}
