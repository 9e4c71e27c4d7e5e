using System.Collections;

namespace OpenSora.Prompts.Cleaning.Python;

/// <summary>
/// Runs a program over one text: depth first, as a backtracking engine does, so the same match wins as in Python. Each
/// choice that has failed at a position is remembered for the life of the matcher (whether it fails does not depend on
/// where the match began), so a whole scan takes at most program × text steps; no prompt can make it explode. The stack is
/// on the heap, so no prompt can overflow it either.
/// </summary>
/// <param name="rememberEnds">
/// Remembers where choices led when they succeeded too, for many anchored matches that run over the same text. Only for
/// patterns without groups.
/// </param>
internal sealed class PatternMatcher(PatternProgram program, string text, bool rememberEnds = false)
{
    private enum Resume { TryOther, Failed, RestoreSlot }

    private readonly record struct Frame(Resume Resume, int Address, int Position);

    private readonly Stack<Frame> _pending = new();
    private readonly int[] _slots = new int[program.Slots];
    private readonly int _width = text.Length + 1;
    private readonly Dictionary<(int Address, int Position), int>? _ends = rememberEnds ? [] : null;
    private BitArray? _failed;

    /// <summary>The end of the match that begins at <paramref name="start"/>, or -1.</summary>
    public int MatchAt(int start)
    {
        Array.Fill(_slots, -1);
        return Run(program.Start, start);
    }

    /// <summary>What group <paramref name="number"/> (from 1) took in the last match; null where it took no part.</summary>
    public string? Group(int number)
    {
        int start = _slots[2 * number], end = _slots[2 * number + 1];
        return start < 0 || end < 0 ? null : text[start..end];
    }

    private int Run(int address, int position)
    {
        int bottom = _pending.Count;
        while (true)
        {
            Instruction instruction = program[address];
            if (_ends is not null && _ends.TryGetValue((address, position), out int known))
                return Succeed(bottom, known);
            bool goesOn = instruction.Operation switch
            {
                Operation.One => TakeOne(instruction.Set!, ref position),
                Operation.Split => Branch(address, position),
                Operation.Save => Save(instruction.Other, position),
                Operation.TextStart => position == 0,
                Operation.TextEnd => position == text.Length || (position == text.Length - 1 && text[position] == '\n'),
                Operation.WordBoundary => IsBoundary(position),
                Operation.Ahead => Run(instruction.Other, position) >= 0 == instruction.Wanted,
                Operation.Behind => Precedes(instruction.Set!, position) == instruction.Wanted,
                _ => true,
            };
            if (!goesOn)
            {
                if (!Backtrack(bottom, ref address, ref position))
                    return -1;
            }
            else if (instruction.Operation == Operation.Match)
            {
                return Succeed(bottom, position);
            }
            else
            {
                address = instruction.Next;
            }
        }
    }

    private int Succeed(int bottom, int end)
    {
        while (_pending.Count > bottom)
        {
            Frame frame = _pending.Pop();
            _ends?.TryAdd((frame.Address, frame.Position), end);
        }
        return end;
    }

    /// <summary>Takes up the youngest choice that is left above <paramref name="bottom"/>.</summary>
    private bool Backtrack(int bottom, ref int address, ref int position)
    {
        while (_pending.Count > bottom)
        {
            Frame frame = _pending.Pop();
            switch (frame.Resume)
            {
                case Resume.TryOther:
                    _pending.Push(frame with { Resume = Resume.Failed });
                    address = program[frame.Address].Other;
                    position = frame.Position;
                    return true;
                case Resume.Failed:
                    (_failed ??= new BitArray(program.Length * _width))[frame.Address * _width + frame.Position] = true;
                    break;
                default:
                    _slots[frame.Address] = frame.Position;
                    break;
            }
        }
        return false;
    }

    private bool Branch(int address, int position)
    {
        if (_failed is not null && _failed[address * _width + position])
            return false;
        _pending.Push(new(Resume.TryOther, address, position));
        return true;
    }

    private bool Save(int slot, int position)
    {
        _pending.Push(new(Resume.RestoreSlot, slot, _slots[slot]));
        _slots[slot] = position;
        return true;
    }

    private bool TakeOne(CharacterSet set, ref int position)
    {
        if (position == text.Length || !set.Has(CodePoints.At(text, position, out int length)))
            return false;
        position += length;
        return true;
    }

    private bool IsBoundary(int position) =>
        (position > 0 && PythonText.IsWord(CodePoints.Before(text, position)))
        != (position < text.Length && PythonText.IsWord(CodePoints.At(text, position, out _)));

    private bool Precedes(CharacterSet set, int position) =>
        position > 0 && set.Has(CodePoints.Before(text, position));
}
