namespace OpenSora.FakeCard;

/// <summary>The connection of a call, which may break within what is written next, or damage it.</summary>
internal sealed class BreakableStream(Stream inner) : Stream
{
    private bool _damage;
    private Action? _half;

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override bool CanTimeout => true;
    public override int ReadTimeout { get => inner.ReadTimeout; set => inner.ReadTimeout = value; }
    public override int WriteTimeout { get => inner.WriteTimeout; set => inner.WriteTimeout = value; }
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>One bit of the next bytes is another one.</summary>
    public void DamageNext() => _damage = true;

    /// <summary>Half of the next bytes are sent, then something happens.</summary>
    public void BreakNext(Action half) => _half = half;

    public override int Read(Span<byte> buffer) => inner.Read(buffer);

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (Interlocked.Exchange(ref _half, null) is { } half)
        {
            inner.Write(buffer[..(buffer.Length / 2)]);
            half();
            buffer = buffer[(buffer.Length / 2)..];
        }
        if (_damage)
        {
            _damage = false;
            byte[] damaged = buffer.ToArray();
            damaged[^1] ^= 1;
            buffer = damaged;
        }
        inner.Write(buffer);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() => inner.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing) => inner.Dispose();
}
