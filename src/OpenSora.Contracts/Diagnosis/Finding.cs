namespace OpenSora.Contracts.Diagnosis;

/// <summary>What was found of one thing.</summary>
/// <param name="Name">e.g. <c>torch</c> or <c>verify gcu:0</c>.</param>
/// <param name="Told">What there is, or what is wrong, on one line. Never a secret.</param>
/// <param name="Remedy">What to do about it; null where there is nothing to be done.</param>
public sealed record Finding(string Name, Health Health, string Told, string? Remedy = null)
{
    /// <summary>In messages, what comes after it is the remedy.</summary>
    private static readonly string[] s_marks = [". Remedy: ", "; "];

    public static Finding Ok(string name, string told) => new(name, Health.Ok, told);

    /// <summary>Looks, and makes a finding of what goes wrong with that: one check hides no other.</summary>
    /// <param name="otherwise">The remedy where the failure does not tell one.</param>
    public static Finding Of(string name, Func<Finding> look, string otherwise)
    {
        try
        {
            return look();
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return Failed(name, error.Message, otherwise);
        }
    }

    /// <summary>A failure in the words of its message, without the lines after the first.</summary>
    /// <param name="otherwise">The remedy where the message does not tell one.</param>
    public static Finding Failed(string name, string message, string otherwise, Health health = Health.Broken)
    {
        string line = message.AsSpan().IndexOf('\n') is var end and >= 0 ? message[..end].TrimEnd() : message;
        foreach (string mark in s_marks)
            if (line.LastIndexOf(mark, StringComparison.Ordinal) is var at and > 0)
                return new Finding(name, health, line[..at], line[(at + mark.Length)..]);
        return new Finding(name, health, line, otherwise);
    }
}
