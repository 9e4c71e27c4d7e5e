using System.Runtime.InteropServices;

namespace OpenSora.Torch;

/// <summary>What torch's errors mean. All of them are <see cref="ExternalException"/>s with torch's message.</summary>
public static class TorchFailure
{
    private static readonly string[] s_lacksMemory = ["out of memory", "can't allocate memory", "not enough memory"];

    /// <summary>Whether an operation failed for lack of memory, on a card or on the host: less at once may succeed.</summary>
    public static bool IsOutOfMemory(ExternalException error) =>
        s_lacksMemory.Any(words => error.Message.Contains(words, StringComparison.OrdinalIgnoreCase));

    /// <summary>What happened. The lines after the first tell where in torch.</summary>
    public static string FirstLine(string message) => message.AsSpan().IndexOf('\n') is var end and >= 0 ? message[..end].TrimEnd() : message;
}
