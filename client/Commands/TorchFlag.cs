using System.CommandLine;

namespace OpenSora.Client.Commands;

/// <summary>
/// <c>--torch DIR</c>, of every command: the programs that this one starts find it in their environment. <c>./opensora</c> takes it off the
/// line and passes what it made of it.
/// </summary>
internal static class TorchFlag
{
    private const string Variable = "OPENSORA_TORCH";

    private static readonly Option<string?> s_option = Flag.NotEmpty(new Option<string?>("--torch")
    {
        Description = $"run on the torch in this folder in place of TorchSharp's own: pip's with CUDA, Enflame's, … ({Variable})",
        HelpName = "DIR",
        Recursive = true,
    });

    public static void AddTo(RootCommand root) => root.Options.Add(s_option);

    public static void Apply(ParseResult parsed)
    {
        if (parsed.GetValue(s_option) is { } folder)
            Environment.SetEnvironmentVariable(Variable, folder);
    }
}
