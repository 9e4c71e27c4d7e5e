using System.Buffers;
using BenchmarkDotNet.Attributes;
using OpenSora.Parallel.Gangs;
using OpenSora.Parallel.Links;
using static TorchSharp.torch;

namespace OpenSora.Benchmarks.Micro;

/// <summary>What stands before each tensor between cards.</summary>
public class FrameHeaders
{
    private readonly FrameHeader _header = new(
        "job_0123456789abcdef", 1_763_900_000_000, new FrameAddress(FrameKind.Tokens, 29, 0, GuidanceHalf.Unconditional, 55, 404), ScalarType.BFloat16, [17, 15, 1152], 0xdeadbeef, null);
    private readonly ArrayBufferWriter<byte> _buffer = new(FrameHeader.MaxBytes);
    private byte[] _bytes = [];

    [GlobalSetup]
    public void SetUp()
    {
        Write();
        _bytes = _buffer.WrittenSpan.ToArray();
    }

    [Benchmark]
    public int Write()
    {
        _buffer.ResetWrittenCount();
        _header.Write(_buffer);
        return _buffer.WrittenCount;
    }

    [Benchmark]
    public FrameHeader Read() => FrameHeader.Read(_bytes, 1);
}
