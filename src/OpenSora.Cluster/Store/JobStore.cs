using System.Security.Cryptography;
using OpenSora.Contracts;
using OpenSora.Contracts.Generation;

namespace OpenSora.Cluster.Store;

/// <summary>
/// The jobs that are being made or can be gone on with, a folder each. A job that is being made is locked by its process,
/// and the lock goes with the process.
/// </summary>
/// <param name="root">The folder of the folders; made when missing.</param>
public sealed class JobStore(string root)
{
    public string Root { get; } = Path.GetFullPath(root);

    /// <summary>A new job.</summary>
    /// <exception cref="JobNotKeptException">The folder cannot be written to.</exception>
    public JobFolder Create(GenerationRequest request)
    {
        string job = $"{DateTime.UtcNow:yyyyMMdd-HHmmss}-{RandomNumberGenerator.GetHexString(6, lowercase: true)}";
        string folder = Path.Combine(Root, job);
        JobFolder? made = null;
        try
        {
            Directory.CreateDirectory(folder);
            CrashPoint.Pass();
            made = JobFolder.Lock(folder, new JobRecord { Job = job, Request = request, Folder = Environment.CurrentDirectory });
            made.Save();
            return made;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            made?.RemoveAndDispose();
            throw new JobNotKeptException($"cannot keep a job in {folder}: {failure.Message}; set OPENSORA_STATE to a folder that can be written to", failure);
        }
    }

    /// <summary>A job that was begun before.</summary>
    /// <exception cref="InputException">There is none of that name, it is damaged, or somebody is at it.</exception>
    public JobFolder Open(string job)
    {
        string folder = Path.Combine(Root, job);
        if (job.Length == 0 || Path.GetFileName(job) != job || !File.Exists(Path.Combine(folder, JobFolder.RecordName)))
            throw new InputException($"--resume {job}: no such job in {Root}; there {Words(Jobs())}");
        return JobFolder.Open(folder);
    }

    /// <summary>The kind of cards that a job was begun with; null when it was not.</summary>
    public string? KindOf(string? job)
    {
        if (job is null || !Jobs().Contains(job))
            return null;
        try
        {
            using JobFolder folder = Open(job);
            return folder.Record.Kind;
        }
        catch (InputException)
        {
            return null;
        }
    }

    /// <summary>A new job that stands where another one that keeps its steps stood: with the same cards' kind, and what is to differ from there on.</summary>
    /// <param name="step">Steps that are done.</param>
    /// <returns>Its name.</returns>
    /// <exception cref="InputException">The steps are not there, or somebody is at the other job.</exception>
    public async Task<string> Branch(string from, int step, GenerationRequest request)
    {
        using JobFolder source = Open(from);
        if (await source.FindStep(0, 0, 0) is not { } start || await source.FindStep(0, 0, step) is not { } at)
            throw new InputException($"step {step} of {from} is missing or damaged: branch from another one, or make the video again with keep_steps");
        using JobFolder made = Create(request);
        try
        {
            made.KeepBranch(start, at.From);
            made.Record = made.Record with { Kind = source.Record.Kind, FromStep = step };
            made.Save();
            return made.Record.Job;
        }
        catch
        {
            made.Remove();
            throw;
        }
    }

    /// <summary>All that can be gone on with, and those that are being made.</summary>
    public IReadOnlyList<string> Jobs() => !Directory.Exists(Root) ? [] :
        [.. Directory.EnumerateDirectories(Root).Where(folder => File.Exists(Path.Combine(folder, JobFolder.RecordName))).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    /// <summary>
    /// Removes the jobs that are not in a list, and what a crash left of one that had hardly begun. One that is done and keeps its steps stays for as
    /// long as the folder of its files is there.
    /// </summary>
    /// <param name="recent">Younger ones are left alone, and those that are being made.</param>
    public void RemoveAllBut(IReadOnlySet<string> known, TimeSpan recent)
    {
        if (Directory.Exists(Root))
            foreach (string folder in Directory.GetDirectories(Root))
                if (!known.Contains(Path.GetFileName(folder)) && DateTime.UtcNow - Directory.GetCreationTimeUtc(folder) >= recent)
                    JobFolder.RemoveLeft(folder, record => record is { Report: not null, Request.KeepSteps: true } && Directory.Exists(record.Request.SaveDir));
    }

    private static string Words(IReadOnlyList<string> jobs) => jobs.Count == 0 ? "are none" : $"are {string.Join(", ", jobs)}";
}

/// <summary>There is no place for what is to be kept of a job.</summary>
public sealed class JobNotKeptException(string message, Exception inner) : InputException(message, inner);
