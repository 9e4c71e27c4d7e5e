using OpenSora.Links;

namespace OpenSora.Card.Faults;

/// <summary>A connection to another rank on which a fault can happen when tensors are sent.</summary>
/// <param name="take">The fault that is to happen in a step; null for none.</param>
internal sealed class FaultyStream(Stream inner, Func<int, Fault?> take, Action<Fault> happen) : Stream
{
    private int _step;
    private long _body;

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override bool CanTimeout => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override int ReadTimeout { get => inner.ReadTimeout; set => inner.ReadTimeout = value; }
    public override int WriteTimeout { get => inner.WriteTimeout; set => inner.WriteTimeout = value; }

    /// <summary>Each frame comes as its head in one piece, then its body; see <see cref="StreamLink"/>. Faults happen to bodies.</summary>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_body == 0)
        {
            FrameHeader header = FrameHeader.Read(buffer[StreamLink.PrefixBytes..].ToArray(), peer: 0);
            (_step, _body) = (header.Address.Step, header.Bytes);
            inner.Write(buffer);
            return;
        }
        _body -= buffer.Length;
        switch (take(_step))
        {
            case { Action: "drop" }:
                inner.Dispose();
                break;
            case { Action: "corrupt" }:
                byte[] damaged = buffer.ToArray();
                damaged[^1] ^= 0x10;
                inner.Write(damaged);
                return;
            case { } fault:
                happen(fault);
                break;
        }
        inner.Write(buffer);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
    public override int Read(Span<byte> buffer) => inner.Read(buffer);
    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);
    public override void Flush() => inner.Flush();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
