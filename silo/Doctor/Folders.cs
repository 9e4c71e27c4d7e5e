using OpenSora.Cluster.Store;
using OpenSora.Contracts;
using OpenSora.Contracts.Diagnosis;
using OpenSora.Contracts.Settings;
using OpenSora.Silo.Service;

namespace OpenSora.Silo.Doctor;

/// <summary>The folders that are written to: whether they can be, and what is free there. A folder that is not there yet is not made.</summary>
internal static class Folders
{
    /// <summary>Written and removed again: a disk may tell of room that this user has not.</summary>
    private const int ProbeBytes = 1 << 20;

    private const long LittleBytes = 1L << 30;

    public static IEnumerable<Finding> Look(DiagnosisRequest request)
    {
        StateOptions state = SettingsReader.Read<StateOptions>();
        yield return Of("state", state.Root, Health.Broken, "set OPENSORA_STATE to a folder that can be written to and has room");
        yield return Of("store", request.Store ?? ServeOptions.DefaultStore(state), Health.Weak, "for opensora serve, give --store a folder that can be written to and has room");
        yield return Of("videos", request.SaveDir, Health.Broken, "give --save-dir a folder that can be written to and has room");
    }

    /// <param name="without">How bad it is to do without.</param>
    private static Finding Of(string name, string folder, Health without, string remedy)
    {
        try
        {
            string there = Existing(Path.GetFullPath(folder));
            Write(Path.Combine(there, $".opensora-{Guid.NewGuid():N}"));
            long free = new DriveInfo(there).AvailableFreeSpace;
            string told = $"{folder}, {Bytes.Words(free)} free";
            return free >= LittleBytes ? Finding.Ok(name, told) : new Finding(name, Health.Weak, $"{told}, which long videos may fill", remedy);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new Finding(name, without, $"{folder} cannot be written to: {error.Message}", remedy);
        }
    }

    /// <summary>The folder, or the first one above it that is there.</summary>
    private static string Existing(string folder) => Directory.Exists(folder) || Path.GetDirectoryName(folder) is not { } above ? folder
        : File.Exists(folder) ? throw new IOException($"{folder} is a file")
        : Existing(above);

    private static void Write(string path)
    {
        using FileStream file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
        file.Write(new byte[ProbeBytes]);
        file.Flush(flushToDisk: true);
    }
}
