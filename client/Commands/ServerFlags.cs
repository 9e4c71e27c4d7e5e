using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OpenSora.Client.Server;
using OpenSora.Contracts.Settings;

namespace OpenSora.Client.Commands;

/// <summary>What all commands that talk to a service have.</summary>
internal sealed partial class ServerFlags
{
    public static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Option<string?> _server = Flag.OptionalText("--server", $"The service, http://HOST:PORT; its token is OPENSORA_TOKEN. [default: OPENSORA_SERVER, else http://127.0.0.1:8080]");
    private readonly Option<Toggle> _json = Flag.Bool("--json", "Print one JSON document to standard output.");

    public void AddTo(Command command)
    {
        command.Add(_server);
        command.Add(_json);
    }

    public bool Json(ParseResult parsed) => parsed.IsOn(_json);

    public static void Print(JsonNode document) => Console.Out.WriteLine(document.ToJsonString(Indented));

    /// <summary>Asks the service; what it refuses is told on standard error.</summary>
    public async Task<int> Ask(ParseResult parsed, Func<VideoServer, Task<int>> ask)
    {
        using VideoServer server = new(parsed.GetValue(_server) ?? SettingsReader.Read<ServerOptions>().Server.AbsoluteUri);
        return await Told(() => ask(server));
    }

    public static async Task<int> Told(Func<Task<int>> ask)
    {
        try
        {
            return await ask();
        }
        catch (ServerException refusal)
        {
            Console.Error.WriteLine($"opensora: {InFlags(refusal.Message)}");
            return refusal.Code;
        }
    }

    /// <summary>What a service says of fields, said of the flags that they came from.</summary>
    public static string InFlags(string message) => Field().Replace(message, field =>
        field.Value == "input_reference" ? "--reference-path" : $"--{field.Value.Replace('_', '-')}" is var flag && s_flags.Value.Contains(flag) ? flag : field.Value);

    private static readonly Lazy<HashSet<string>> s_flags = new(() => [.. new GenerateFlags().All.Select(flag => flag.Name)]);

    /// <summary>Names of several words, which no sentence has by chance.</summary>
    [GeneratedRegex(@"\b(?<![/.-])[a-z]+(_[a-z0-9]+)+\b")]
    private static partial Regex Field();
}
