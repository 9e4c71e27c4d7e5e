using System.Runtime.InteropServices;
using OpenSora.Contracts;

namespace OpenSora.Inference.Weights.TorchZip;

/// <summary>
/// Reads the pickles that torch.save writes without running anything: a stack machine that knows the opcodes of
/// <see cref="PickleOpcode"/> and the names of <see cref="TorchGlobals"/>. Damage is a <see cref="FormatException"/> that
/// completes "FILE …".
/// </summary>
/// <remarks>
/// A damaged or hostile pickle costs time and memory in proportion to its size: every opcode makes at most one small
/// object, lengths are checked against what is left before anything is allocated, and nothing recurses.
/// </remarks>
internal ref struct Unpickler
{
    private const byte NewestProtocol = 5;

    /// <summary>Python's pickler leaves at most 2000 items of a dict on the stack at a time.</summary>
    private const int MaxStack = 1 << 16;

    private readonly string _path;
    private PickleBytes _bytes;
    private readonly List<object> _stack = [];
    private readonly List<int> _marks = [];
    private readonly Dictionary<uint, object> _memo = [];

    private Unpickler(ReadOnlySpan<byte> pickle, string path)
    {
        _bytes = new PickleBytes(pickle);
        _path = path;
    }

    /// <summary>The pickled value.</summary>
    /// <param name="path">The file to blame.</param>
    /// <exception cref="InputException">The pickle mentions a name that is not admitted.</exception>
    public static object Read(ReadOnlySpan<byte> pickle, string path)
    {
        Unpickler machine = new(pickle, path);
        while (true)
        {
            PickleOpcode opcode = (PickleOpcode)machine._bytes.Byte();
            if (opcode == PickleOpcode.Stop)
                return machine.Pop();
            machine.Execute(opcode);
            if (machine._stack.Count + machine._marks.Count > MaxStack)
                throw new FormatException($"has a pickle with more than {MaxStack} values on its stack");
        }
    }

    private void Execute(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Protocol: CheckProtocol(_bytes.Byte()); break;
            case PickleOpcode.Frame: _bytes.Take(8); break; // a hint for buffering
            case PickleOpcode.Mark: _marks.Add(_stack.Count); break;

            case PickleOpcode.None: Push(PickleNone.Instance); break;
            case PickleOpcode.True: Push(true); break;
            case PickleOpcode.False: Push(false); break;
            case PickleOpcode.UInt8: Push((long)_bytes.Byte()); break;
            case PickleOpcode.UInt16: Push((long)_bytes.UInt16()); break;
            case PickleOpcode.Int32: Push((long)_bytes.Int32()); break;
            case PickleOpcode.Long1: Push(_bytes.Long(_bytes.Byte())); break;
            case PickleOpcode.Float: Push(_bytes.Double()); break;
            case PickleOpcode.Unicode: Push(_bytes.Text(_bytes.UInt32())); break;
            case PickleOpcode.ShortUnicode: Push(_bytes.Text(_bytes.Byte())); break;

            case PickleOpcode.EmptyTuple: Push(PickleTuple.Empty); break;
            case PickleOpcode.Tuple: Push(new PickleTuple(PopToMark())); break;
            case PickleOpcode.Tuple1: Push(new PickleTuple(Pop(1))); break;
            case PickleOpcode.Tuple2: Push(new PickleTuple(Pop(2))); break;
            case PickleOpcode.Tuple3: Push(new PickleTuple(Pop(3))); break;
            case PickleOpcode.EmptyList: Push(new PickleList()); break;
            case PickleOpcode.Append: AddToList(Pop(1)); break;
            case PickleOpcode.Appends: AddToList(PopToMark()); break;
            case PickleOpcode.EmptyDict: Push(new PickleDict()); break;
            case PickleOpcode.SetItem: AddToDict(Pop(2)); break;
            case PickleOpcode.SetItems: AddToDict(PopToMark()); break;

            case PickleOpcode.Put: _memo[_bytes.Byte()] = Top(); break;
            case PickleOpcode.LongPut: _memo[_bytes.UInt32()] = Top(); break;
            case PickleOpcode.Memoize: _memo[(uint)_memo.Count] = Top(); break;
            case PickleOpcode.Get: Push(Recall(_bytes.Byte())); break;
            case PickleOpcode.LongGet: Push(Recall(_bytes.UInt32())); break;

            case PickleOpcode.Global: Push(Admit(_bytes.Line(), _bytes.Line())); break;
            case PickleOpcode.Instance: throw Refuse(_bytes.Line(), _bytes.Line());
            case PickleOpcode.StackGlobal: Push(AdmitFromStack(Pop(2))); break;
            case PickleOpcode.PersistentId: Push(TorchGlobals.Storage(Pop())); break;
            case PickleOpcode.Reduce: Push(Reduce(Pop(2))); break;
            case PickleOpcode.Build: Build(Pop()); break;

            default: throw new FormatException($"has a pickle with opcode 0x{(byte)opcode:x2}, which saved tensors do not need");
        }
    }

    private readonly PickleGlobal Admit(string module, string name) => TorchGlobals.Find(module, name) ?? throw Refuse(module, name);

    private readonly PickleGlobal AdmitFromStack(object[] names) => names is [string module, string name]
        ? Admit(module, name)
        : throw new FormatException("has a pickle that names a global by something else than text");

    private readonly InputException Refuse(string module, string name) => new(
        $"{_path} wants to run `{Show.Name($"{module}.{name}")}`; only tensors are admitted ({TorchGlobals.Admitted}). "
        + "Do not load this file elsewhere unless you trust who made it; ask for safetensors");

    private static object Reduce(object[] call) => call is [PickleGlobal global, PickleTuple arguments]
        ? TorchGlobals.Call(global, arguments.Items)
        : throw new FormatException("has a pickle that calls something that is not a name");

    /// <summary>Attributes of an OrderedDict: torch stores module versions there, which say nothing about the tensors.</summary>
    private readonly void Build(object state)
    {
        if (Top() is not PickleDict || state is not PickleDict)
            throw new FormatException("has a pickle that sets the state of something that is not a dict");
    }

    private readonly void AddToList(object[] items)
    {
        if (Top() is not PickleList list)
            throw new FormatException("has a pickle that appends to something that is not a list");
        foreach (object item in items)
            list.Add(item);
    }

    private readonly void AddToDict(object[] items)
    {
        if (Top() is not PickleDict dict || items.Length % 2 != 0)
            throw new FormatException("has a pickle that sets items of something that is not a dict");
        for (int i = 0; i < items.Length; i += 2)
            dict.Add(items[i], items[i + 1]);
    }

    private static void CheckProtocol(byte version)
    {
        if (version > NewestProtocol)
            throw new FormatException($"has a pickle of protocol {version}; read are 2 to {NewestProtocol}");
    }

    private readonly void Push(object value) => _stack.Add(value);

    private readonly object Top() => _stack.Count > Floor ? _stack[^1] : throw StackTooShort();

    private readonly object Pop()
    {
        object value = Top();
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private readonly object[] Pop(int count)
    {
        if (_stack.Count - Floor < count)
            throw StackTooShort();
        object[] values = CollectionsMarshal.AsSpan(_stack)[^count..].ToArray();
        _stack.RemoveRange(_stack.Count - count, count);
        return values;
    }

    private readonly object[] PopToMark()
    {
        if (_marks.Count == 0)
            throw StackTooShort();
        object[] values = Pop(_stack.Count - Floor);
        _marks.RemoveAt(_marks.Count - 1);
        return values;
    }

    /// <summary>Values below the last mark belong to what is built around the current tuple, list or dict.</summary>
    private readonly int Floor => _marks.Count == 0 ? 0 : _marks[^1];

    private readonly object Recall(uint index) => _memo.TryGetValue(index, out object? value)
        ? value
        : throw new FormatException($"has a pickle that recalls value {index}, which it never stored");

    private static FormatException StackTooShort() => new("has a pickle that takes more values than it made");
}
