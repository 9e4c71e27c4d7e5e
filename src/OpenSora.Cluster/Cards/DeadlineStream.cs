namespace OpenSora.Cluster.Cards;

/// <summary>
/// A stream to or from a card, of which every read and every write ends within a time, however much is to go over it:
/// what is large is sent in pieces, each with a deadline of its own. Time in which nobody reads or writes does not count.
/// </summary>
internal sealed class DeadlineStream(Stream inner, TimeSpan limit) : Stream
{
    private const int PieceBytes = 1 << 20;

    public override bool CanRead => inner.CanRead;
    public override bool CanWrite => inner.CanWrite;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <exception cref="TimeoutException">Nothing came in time.</exception>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(Deadline.Within(limit, cancel => inner.ReadAsync(buffer, cancel).AsTask(), cancellationToken));

    /// <exception cref="TimeoutException">Nothing was taken in time.</exception>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        for (int at = 0; at < buffer.Length; at += PieceBytes)
        {
            ReadOnlyMemory<byte> piece = buffer[at..Math.Min(buffer.Length, at + PieceBytes)];
            await Deadline.Within(limit, cancel => Done(inner.WriteAsync(piece, cancel)), cancellationToken);
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken) =>
        Deadline.Within(limit, cancel => Done(new ValueTask(inner.FlushAsync(cancel))), cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Flush() => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    private static async Task<bool> Done(ValueTask work)
    {
        await work;
        return true;
    }
}

/// <summary>One wait that ends.</summary>
internal static class Deadline
{
    /// <exception cref="TimeoutException">The work took longer than <paramref name="limit"/>, and was cancelled.</exception>
    public static async Task<T> Within<T>(TimeSpan limit, Func<CancellationToken, Task<T>> work, CancellationToken cancel)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(limit);
        try
        {
            return await work(deadline.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested && deadline.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
    }
}
