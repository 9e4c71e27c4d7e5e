using System.Runtime.InteropServices;

namespace OpenSora.Torch;

/// <summary>What torch's errors mean. All of them are <see cref="ExternalException"/>s with torch's message.</summary>
public static class TorchFailure
{
    private const int OutOfMemory = unchecked((int)0x8007000E); // E_OUTOFMEMORY

    private static readonly string[] s_lacksMemory = ["out of memory", "can't allocate memory", "not enough memory"];

    /// <summary>Whether an operation failed for lack of memory, on a card or on the host: less at once may succeed.</summary>
    public static bool IsOutOfMemory(ExternalException error) => error.ErrorCode == OutOfMemory
        || s_lacksMemory.Any(words => error.Message.Contains(words, StringComparison.OrdinalIgnoreCase));
}
