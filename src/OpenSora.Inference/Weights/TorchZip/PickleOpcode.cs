namespace OpenSora.Inference.Weights.TorchZip;

/// <summary>
/// The pickle opcodes that saved tensors need, with the names of Python's <c>pickletools</c>. torch.save writes protocol 2;
/// those of protocol 4 are here because it can be told to write that.
/// </summary>
internal enum PickleOpcode : byte
{
    Protocol = 0x80,
    Frame = 0x95,
    Mark = (byte)'(',
    Stop = (byte)'.',

    None = (byte)'N',
    True = 0x88,
    False = 0x89,
    Int32 = (byte)'J',
    UInt8 = (byte)'K',
    UInt16 = (byte)'M',
    Long1 = 0x8a,
    Float = (byte)'G',
    Unicode = (byte)'X',
    ShortUnicode = 0x8c,

    EmptyTuple = (byte)')',
    Tuple = (byte)'t',
    Tuple1 = 0x85,
    Tuple2 = 0x86,
    Tuple3 = 0x87,
    EmptyList = (byte)']',
    Append = (byte)'a',
    Appends = (byte)'e',
    EmptyDict = (byte)'}',
    SetItem = (byte)'s',
    SetItems = (byte)'u',

    Put = (byte)'q',
    LongPut = (byte)'r',
    Memoize = 0x94,
    Get = (byte)'h',
    LongGet = (byte)'j',

    Global = (byte)'c',
    StackGlobal = 0x93,
    Instance = (byte)'i',
    PersistentId = (byte)'Q',
    Reduce = (byte)'R',
    Build = (byte)'b',
}
