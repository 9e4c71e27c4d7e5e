namespace OpenSora.Contracts;

/// <summary>Exit codes of the command line and of a card process.</summary>
public static class ExitCode
{
    public const int Done = 0;
    public const int CasesFailed = 1;
    public const int BadInput = 2;
    public const int CannotFit = 3;
    public const int CardFailure = 4;
    public const int Cancelled = 130;
}

/// <summary>
/// What the user asked for cannot be done as asked: a bad flag, a missing file, a damaged checkpoint. The message names
/// the thing, the value, the limit and the remedy; it is shown as it is, without a stack trace, with exit code 2.
/// </summary>
public class InputException : Exception
{
    public InputException(string message) : base(message) { }
    public InputException(string message, Exception inner) : base(message, inner) { }

    /// <summary>The field of a request that it is about, as the HTTP API calls it. Default: null (that of the first flag in the message, or none).</summary>
    public string? Field { get; init; }
}

/// <summary>A file of the user's is larger than what is read.</summary>
public sealed class TooLargeException(string message) : InputException(message);

/// <summary>The request is well formed, but does not fit into the memory of the device: exit code 3.</summary>
public sealed class CannotFitException(string message) : Exception(message);

/// <summary>A device or its process failed while it worked: exit code 4.</summary>
public class CardException : Exception
{
    public CardException(string message) : base(message) { }
    public CardException(string message, Exception inner) : base(message, inner) { }
}
