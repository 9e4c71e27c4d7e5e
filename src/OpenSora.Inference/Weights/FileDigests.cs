using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace OpenSora.Inference.Weights;

/// <summary>SHA-256 of files, read once in a process for as long as length and time of change are the same. Thread-safe.</summary>
internal static class FileDigests
{
    private static readonly ConcurrentDictionary<(string Path, long Length, DateTime Changed), Lazy<byte[]>> s_known = new();

    public static byte[] Of(string path)
    {
        FileInfo file = new(path);
        return s_known.GetOrAdd((file.FullName, file.Length, file.LastWriteTimeUtc), key => new(() =>
        {
            using FileStream stream = new(key.Path, new FileStreamOptions { BufferSize = 0, Options = FileOptions.SequentialScan });
            return SHA256.HashData(stream);
        })).Value;
    }
}
