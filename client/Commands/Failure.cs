using OpenSora.Contracts;

namespace OpenSora.Client.Commands;

/// <summary>How a command ends that did not do what was asked.</summary>
internal static class Failure
{
    /// <summary>One line on standard error, and the exit code that the card chose.</summary>
    public static int Report(CardEvent last)
    {
        (int code, string message) = last is Failed failed ? (failed.ExitCode, failed.Message) : (ExitCode.CardFailure, "the card gave no result");
        Console.Error.WriteLine($"opensora: {message}");
        return code;
    }
}
