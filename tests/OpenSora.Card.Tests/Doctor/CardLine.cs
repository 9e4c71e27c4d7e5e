using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using OpenSora.Contracts;
using OpenSora.TestKit;

namespace OpenSora.Card.Tests.Doctor;

/// <summary>The card program that answers one line, as the command line asks it.</summary>
internal static class CardLine
{
    private static readonly string s_program = Path.Combine(
        Repository.Root, "artifacts", "bin", "OpenSora.Card", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "OpenSora.Card");

    /// <returns>The exit code and all events.</returns>
    public static async Task<(int ExitCode, IReadOnlyList<CardEvent> Events)> Ask<T>(string command, T request, JsonTypeInfo<T> type, params (string Name, string Value)[] environment)
    {
        ProcessStartInfo start = new(s_program, [command]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["OPENSORA_HOME"] = Repository.Root;
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        using Process card = Process.Start(start)!;
        await card.StandardInput.WriteLineAsync(JsonSerializer.Serialize(request, type));
        await card.StandardInput.FlushAsync();
        List<CardEvent> events = [];
        while (await card.StandardOutput.ReadLineAsync() is { } line)
            events.Add(JsonSerializer.Deserialize(line, ContractsJson.Default.CardEvent)!);
        await card.WaitForExitAsync();
        return (card.ExitCode, events);
    }
}
