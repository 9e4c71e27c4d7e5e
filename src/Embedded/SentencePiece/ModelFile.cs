namespace SentencePiece;

/// <summary>
/// A model file is a protobuf message: the pieces (field 1), how they were trained (2), how text is normalized (3). The
/// library takes a file that breaks off after any piece for a whole one with a smaller vocabulary and no normalization.
/// </summary>
internal static class ModelFile
{
    private const int Training = 2, Normalization = 3;

    /// <summary>Whether both parts that follow the pieces are there.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> file)
    {
        bool training = false, normalization = false;
        while (!file.IsEmpty)
        {
            if (!TryVarint(ref file, out ulong tag) || !TrySkip(ref file, (int)(tag & 7)))
                return false;
            training |= tag >> 3 == Training;
            normalization |= tag >> 3 == Normalization;
        }
        return training && normalization;
    }

    private static bool TrySkip(ref ReadOnlySpan<byte> file, int wireType)
    {
        ulong length = wireType switch { 1 => 8, 5 => 4, _ => 0 };
        if (wireType is 0 or 2 && !TryVarint(ref file, out length))
            return false;
        length = wireType == 0 ? 0 : length;
        if (wireType is not (0 or 1 or 2 or 5) || length > (ulong)file.Length)
            return false;
        file = file[(int)length..];
        return true;
    }

    private static bool TryVarint(ref ReadOnlySpan<byte> file, out ulong value)
    {
        value = 0;
        for (int i = 0; i < Math.Min(10, file.Length); i++)
        {
            value |= (ulong)(file[i] & 0x7F) << (7 * i);
            if (file[i] < 0x80)
            {
                file = file[(i + 1)..];
                return true;
            }
        }
        return false;
    }
}
