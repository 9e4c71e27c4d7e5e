using System.Buffers;
using BenchmarkDotNet.Attributes;
using MessagePack;
using OpenSora.Layout.Gangs;
using OpenSora.Links;

namespace OpenSora.Benchmarks.Micro;

/// <summary>What stands before each tensor between cards, field by field, against MessagePack's own way with typed messages.</summary>
public class FrameHeaders
{
    private static readonly MessagePackSerializerOptions Options = MessagePackSerializerOptions.Standard.WithSecurity(MessagePackSecurity.UntrustedData);
    private readonly FrameHeader _header = new(
        "job_0123456789abcdef", 1_763_900_000_000, new FrameAddress(FrameKind.Tokens, 29, 0, GuidanceHalf.Unconditional, 55, 404), ElementType.BFloat16, [17, 15, 1152], 0xdeadbeef, null);
    private readonly ArrayBufferWriter<byte> _buffer = new(FrameHeader.MaxBytes);
    private HeaderMessage _message = null!;
    private byte[] _bytes = [];

    [GlobalSetup]
    public void SetUp()
    {
        Write();
        _bytes = _buffer.WrittenSpan.ToArray();
        _message = MessagePackSerializer.Deserialize<HeaderMessage>(_bytes, Options);
        WriteTyped();
        if (!_buffer.WrittenSpan.SequenceEqual(_bytes))
            throw new InvalidOperationException("the two ways write different bytes");
    }

    [Benchmark]
    public int Write()
    {
        _buffer.ResetWrittenCount();
        _header.Write(_buffer);
        return _buffer.WrittenCount;
    }

    [Benchmark]
    public int WriteTyped()
    {
        _buffer.ResetWrittenCount();
        MessagePackSerializer.Serialize(_buffer, _message, Options);
        return _buffer.WrittenCount;
    }

    [Benchmark]
    public FrameHeader Read() => FrameHeader.Read(_bytes, 1);

    [Benchmark]
    public HeaderMessage ReadTyped() => MessagePackSerializer.Deserialize<HeaderMessage>(_bytes, Options);
}
