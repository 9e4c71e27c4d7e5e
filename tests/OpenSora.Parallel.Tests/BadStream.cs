namespace OpenSora.Parallel.Tests;

/// <summary>One rank's end of a connection, which can be made to go wrong.</summary>
internal sealed class BadStream(Stream inner) : Stream
{
    private readonly ManualResetEventSlim _going = new(true);
    private volatile Action? _dying;
    private volatile bool _cut;
    private int _damage;

    /// <summary>As if the process were stopped for some seconds: what it reads and writes goes no further.</summary>
    public void Freeze() => _going.Reset();

    /// <summary>Changes a bit of the next large piece that is written.</summary>
    public void Damage() => Interlocked.Exchange(ref _damage, 1);

    /// <summary>Nothing gets out any more.</summary>
    public void Cut() => _cut = true;

    /// <summary>Writes half of the next large piece, then calls this.</summary>
    public void DieInside(Action dying) => _dying = dying;

    private void Pass()
    {
        if (!_going.Wait(TimeSpan.FromSeconds(6)))
            _going.Set();
    }

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override bool CanTimeout => true;
    public override int ReadTimeout { get => inner.ReadTimeout; set => inner.ReadTimeout = value; }
    public override int WriteTimeout { get => inner.WriteTimeout; set => inner.WriteTimeout = value; }
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        int count = inner.Read(buffer);
        Pass();
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Pass();
        if (buffer.Length > 200 && _dying is { } dying)
        {
            inner.Write(buffer[..100]);
            dying();
        }
        if (_cut)
            throw new IOException("the process is gone");
        if (buffer.Length > 200 && Interlocked.Exchange(ref _damage, 0) == 1)
        {
            byte[] damaged = buffer.ToArray();
            damaged[^1] ^= 1;
            inner.Write(damaged);
            return;
        }
        inner.Write(buffer);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        inner.Dispose();
        _going.Set();
        base.Dispose(disposing);
    }
}
