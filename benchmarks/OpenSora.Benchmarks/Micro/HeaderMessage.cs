using MessagePack;

namespace OpenSora.Benchmarks.Micro;

/// <summary>The fields of a frame's header, as MessagePack's formatters take them.</summary>
[MessagePackObject]
public sealed class HeaderMessage
{
    [Key(0)] public int Version { get; set; }
    [Key(1)] public int Kind { get; set; }
    [Key(2)] public string Job { get; set; } = "";
    [Key(3)] public long Epoch { get; set; }
    [Key(4)] public int Step { get; set; }
    [Key(5)] public int Sample { get; set; }
    [Key(6)] public int Half { get; set; }
    [Key(7)] public int Block { get; set; }
    [Key(8)] public long Unit { get; set; }
    [Key(9)] public int Type { get; set; }
    [Key(10)] public long[] Shape { get; set; } = [];
    [Key(11)] public long Bytes { get; set; }
    [Key(12)] public uint Checksum { get; set; }
    [Key(13)] public NoticeMessage? Notice { get; set; }
}

/// <summary>Who is at fault.</summary>
[MessagePackObject]
public sealed class NoticeMessage
{
    [Key(0)] public int Rank { get; set; }
    [Key(1)] public int Cause { get; set; }
    [Key(2)] public string Detail { get; set; } = "";
}
