namespace OpenSora.Links;

/// <summary>
/// A connection within a process, for tests: two streams, each of which reads what is written to the other. It holds a
/// bounded number of bytes, so a reader that does not read stops the writer as a socket does.
/// </summary>
public sealed class MemoryPipe : Stream
{
    private readonly Buffer _incoming, _outgoing;

    private MemoryPipe(Buffer incoming, Buffer outgoing) => (_incoming, _outgoing) = (incoming, outgoing);

    /// <summary>Both ends.</summary>
    /// <param name="capacity">Bytes that are held in each direction.</param>
    public static (Stream One, Stream Other) Create(int capacity = 1 << 18)
    {
        Buffer there = new(capacity), back = new(capacity);
        return (new MemoryPipe(back, there), new MemoryPipe(there, back));
    }

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override bool CanTimeout => true;
    public override int ReadTimeout { get; set; } = Timeout.Infinite;
    public override int WriteTimeout { get; set; } = Timeout.Infinite;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer) => _incoming.Read(buffer, ReadTimeout);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer) => _outgoing.Write(buffer, WriteTimeout);

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _incoming.Close();
        _outgoing.Close();
        base.Dispose(disposing);
    }

    /// <summary>Bytes on their way in one direction, in a ring.</summary>
    private sealed class Buffer(int capacity)
    {
        private readonly byte[] _ring = new byte[capacity];
        private readonly object _gate = new();
        private int _first, _count;
        private bool _closed;

        /// <summary>0 at the end.</summary>
        public int Read(Span<byte> into, int timeout)
        {
            lock (_gate)
            {
                while (_count == 0 && !_closed)
                    if (!Monitor.Wait(_gate, timeout))
                        throw new IOException("nothing to read", new TimeoutException());
                int count = Math.Min(into.Length, Math.Min(_count, capacity - _first));
                _ring.AsSpan(_first, count).CopyTo(into);
                (_first, _count) = ((_first + count) % capacity, _count - count);
                Monitor.PulseAll(_gate);
                return count;
            }
        }

        public void Write(ReadOnlySpan<byte> from, int timeout)
        {
            lock (_gate)
            {
                while (from.Length > 0)
                {
                    while (_count == capacity && !_closed)
                        if (!Monitor.Wait(_gate, timeout))
                            throw new IOException("nobody reads", new TimeoutException());
                    if (_closed)
                        throw new IOException("the pipe is closed");
                    int at = (_first + _count) % capacity, count = Math.Min(from.Length, Math.Min(capacity - _count, capacity - at));
                    from[..count].CopyTo(_ring.AsSpan(at));
                    _count += count;
                    from = from[count..];
                    Monitor.PulseAll(_gate);
                }
            }
        }

        public void Close()
        {
            lock (_gate)
            {
                _closed = true;
                Monitor.PulseAll(_gate);
            }
        }
    }
}
