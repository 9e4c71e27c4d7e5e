using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using OpenSora.Contracts;

namespace OpenSora.Inference.Weights;

/// <summary>
/// A whole file, mapped read-only into memory: nothing is read before it is touched, and processes that map the same file
/// share its pages. Tensors over it hold <see cref="Handle"/>, so the pages stay mapped until the file and the last of
/// them are disposed. The file must not be truncated while it is mapped.
/// </summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;

    private MappedFile(string path, MemoryMappedViewAccessor view, long length)
    {
        Path = path;
        Length = length;
        _view = view;
        _start = (byte*)view.SafeMemoryMappedViewHandle.DangerousGetHandle();
    }

    public string Path { get; }

    /// <summary>Bytes of the file, at least 1.</summary>
    public long Length { get; }

    /// <summary>Owner of the mapped pages; who adds a reference keeps them.</summary>
    public SafeHandle Handle => _view.SafeMemoryMappedViewHandle;

    /// <summary>Maps <paramref name="path"/>.</summary>
    /// <exception cref="InputException">It cannot be opened, or it is empty.</exception>
    public static MappedFile Open(string path)
    {
        try
        {
            const FileShare others = FileShare.ReadWrite | FileShare.Delete;
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, others, bufferSize: 0);
            long length = stream.Length;
            if (length == 0)
                throw new InputException($"{path} is empty (0 bytes): copy or download it again");
            using MemoryMappedFile map = MemoryMappedFile.CreateFromFile(
                stream, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            return new MappedFile(path, map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read), length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"cannot open {path}: {e.Message}", e);
        }
    }

    /// <summary>Bytes [offset, offset + count) of the file, valid until <see cref="Dispose"/>.</summary>
    public ReadOnlySpan<byte> Span(long offset, int count)
    {
        ObjectDisposedException.ThrowIf(Handle.IsClosed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - count);
        return new ReadOnlySpan<byte>(_start + offset, count);
    }

    /// <summary>Where byte <paramref name="offset"/> of the file lies in memory.</summary>
    public IntPtr Address(long offset) => (IntPtr)(_start + offset);

    public void Dispose() => _view.Dispose();
}
