using System.Text.RegularExpressions;
using OpenSora.Contracts;

namespace OpenSora.Silo.Api;

/// <summary>What is said of a request in the words of the command line, said with the names of its fields.</summary>
internal static partial class Wording
{
    /// <summary>A message without flags: <c>--num-frames</c> is <c>num_frames</c>, <c>--image-size 240 426</c> is <c>size 426x240</c>.</summary>
    public static string Of(string message) => Flag().Replace(Size().Replace(message, "size $2x$1"), flag => FieldOf(flag.Value) ?? flag.Value);

    /// <summary>The field that a refusal is about; null for none.</summary>
    public static string? FieldOf(InputException refusal)
    {
        if (refusal.Field is { } field)
            return field;
        string said = Quoted().Replace(refusal.Message, "");
        return Flag().Matches(said).Select(flag => FieldOf(flag.Value)).FirstOrDefault(name => name is not null)
            ?? (said.Contains(" prompt ", StringComparison.Ordinal) ? "prompt" : null);
    }

    private static string? FieldOf(string flag) => flag switch
    {
        "--image-size" => "size",
        "--reference-path" => VideoOrders.Reference,
        _ => flag[2..].Replace('-', '_') is var name && VideoFields.Names.Contains(name) ? name : null,
    };

    [GeneratedRegex("--[a-z][a-z0-9_-]*")]
    private static partial Regex Flag();

    [GeneratedRegex(@"--image-size (\w+) (\w+)")]
    private static partial Regex Size();

    /// <summary>What users sent is no flag.</summary>
    [GeneratedRegex("'[^']*'")]
    private static partial Regex Quoted();
}
