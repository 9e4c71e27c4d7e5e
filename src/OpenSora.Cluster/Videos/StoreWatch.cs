using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenSora.Cluster.Store;
using OpenSora.Contracts;
using OpenSora.Contracts.Files;

namespace OpenSora.Cluster.Videos;

/// <summary>
/// Whether a service can keep anything: tries its folder and its database again and again, and tells in the log when that changes. While it
/// cannot, nothing is taken and nothing begins. A disk or a database that does not answer holds up this look, and nothing else.
/// </summary>
internal sealed partial class StoreWatch(VideoServiceOptions options, IVideoStore rows, StoreState state, ILogger<StoreWatch> log) : BackgroundService
{
    private const int Page = 4096;

    private Task<StoreTrouble?>? _disk, _database;

    /// <summary>The file that is written to see whether that can be done. It is named as what a crash leaves.</summary>
    internal string Probe { get; init; } = Path.Combine(options.Store, "videos", $".{Guid.NewGuid():n}.part");

    private readonly SemaphoreSlim _one = new(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        state.LookAgain = Look;
        while (!stoppingToken.IsCancellationRequested)
        {
            await Look(stoppingToken);
            await Task.Delay(options.StoreLook, stoppingToken).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    /// <summary>Looks once.</summary>
    internal async Task Look(CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            await LookAlone(cancel);
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task LookAlone(CancellationToken cancel)
    {
        // A look that is still under way is not begun a second time.
        _disk ??= Task.Factory.StartNew(TryDisk, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        _database ??= Task.Run(TryDatabase, CancellationToken.None);
        Task late = Task.Delay(options.StoreSilence, cancel);
        await Task.WhenAny(Task.WhenAll(_disk, _database), late);
        if (cancel.IsCancellationRequested)
            return;
        StoreTrouble? now = Heard(ref _disk, $"--store {options.Store}") ?? Heard(ref _database, $"the database {options.Dialect.Name}");
        if (now is not null && state.Trouble is null)
            Began(log, now.Message);
        else if (now is null && state.Trouble is not null)
            Ended(log);
        state.Trouble = now;
    }

    private StoreTrouble? Heard(ref Task<StoreTrouble?>? look, string what)
    {
        if (look is not { IsCompleted: true } done)
            return new StoreTrouble(StoreTrouble.Failure, $"{what} has not answered for {options.StoreSilence.TotalSeconds:0.#} s and more: see to its disk or its network");
        look = null;
        return done.GetAwaiter().GetResult();
    }

    private StoreTrouble? TryDisk()
    {
        try
        {
            if (DiskSpace.Free(options.Store) is { } free && free < options.LeastFree)
                return new StoreTrouble(StoreTrouble.DiskFull, $"--store {options.Store}: its disk is full, {Bytes.Words(free)} are free and {Bytes.Words(options.LeastFree)} is the least: make room there, or remove videos");
            try
            {
                // For writing alone: what is at the other end of a network has to take it.
                using FileStream file = new(Probe, FileMode.OpenOrCreate, FileAccess.Write);
                file.Write(new byte[Page]);
            }
            finally
            {
                File.Delete(Probe);
            }
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return StoreTrouble.Of(failure) ?? new StoreTrouble(StoreTrouble.Failure, $"--store {options.Store}: nothing can be kept there ({failure.Message})");
        }
    }

    private async Task<StoreTrouble?> TryDatabase()
    {
        try
        {
            await rows.Answers(CancellationToken.None);
            return null;
        }
        catch (Exception failure) when (StoreTrouble.Of(failure) is not null)
        {
            return StoreTrouble.Of(failure);
        }
    }

    [LoggerMessage(LogLevel.Error, "Nothing can be kept, so nothing is taken and nothing begins until it can: {Why}")]
    private static partial void Began(ILogger log, string why);

    [LoggerMessage(LogLevel.Warning, "Things can be kept again: work goes on")]
    private static partial void Ended(ILogger log);
}
