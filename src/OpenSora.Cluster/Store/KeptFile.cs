using OpenSora.Contracts.Files;

namespace OpenSora.Cluster.Store;

/// <summary>Files that a job or a service goes on from: whole or not there.</summary>
internal static class KeptFile
{
    /// <inheritdoc cref="AtomicFile.Write"/>
    public static void Write(string path, Action<Stream> write) => AtomicFile.Write(path, write, CrashPoint.Pass);
}
