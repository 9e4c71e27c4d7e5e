using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using OpenSora.Client.Commands;
using OpenSora.Contracts;
using OpenSora.Contracts.Generation;

namespace OpenSora.Client.Sweeps;

/// <summary>One combination of flags of <c>generate</c>, by their names without dashes.</summary>
internal sealed record SweepCell(IReadOnlyList<KeyValuePair<string, string[]>> Flags)
{
    /// <summary>As they are typed.</summary>
    public string[] Line { get; } = [.. Flags.SelectMany(flag => (string[])[$"--{flag.Key}", .. flag.Value])];

    /// <summary>Names what is measured: the flags, the passes and who does them.</summary>
    public string Id(int warmups, int evaluations, string? server) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', [.. Line, $"{warmups}", $"{evaluations}", server ?? ""]))))[..16];

    /// <summary>What <c>generate</c> would make of them.</summary>
    /// <exception cref="InputException">It would refuse them.</exception>
    public GenerationRequest Request(string saveDir) => Parsed((flags, parsed) => GenerateCommand.Checked(flags.Read(parsed) with { SaveDir = saveDir }));

    /// <summary>As <see cref="GenerateFlags.ReadFields"/>.</summary>
    public (IReadOnlyDictionary<string, string> Fields, string? Reference) Fields() => Parsed((flags, parsed) => flags.ReadFields(parsed));

    private T Parsed<T>(Func<GenerateFlags, ParseResult, T> read)
    {
        GenerateFlags flags = new();
        Command command = new("generate");
        foreach (Option option in flags.All)
            command.Add(option);
        ParseResult parsed = command.Parse(Line);
        return parsed.Errors is [var error, ..] ? throw new InputException(error.Message.TrimEnd('.')) : read(flags, parsed);
    }
}
