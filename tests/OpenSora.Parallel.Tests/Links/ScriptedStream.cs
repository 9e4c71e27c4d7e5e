namespace OpenSora.Parallel.Tests.Links;

/// <summary>A peer that says what is written down, whatever it is told.</summary>
internal sealed class ScriptedStream(params byte[][] messages) : Stream
{
    private readonly MemoryStream _says = new([.. messages.SelectMany(message => message)]);

    /// <summary>What it was told.</summary>
    public MemoryStream Heard { get; } = new();

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override int Read(byte[] buffer, int offset, int count) => _says.Read(buffer, offset, count);
    public override int Read(Span<byte> buffer) => _says.Read(buffer);
    public override void Write(byte[] buffer, int offset, int count) => Heard.Write(buffer, offset, count);
    public override void Write(ReadOnlySpan<byte> buffer) => Heard.Write(buffer);
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
}
