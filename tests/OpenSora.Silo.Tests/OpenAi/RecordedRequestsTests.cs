using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using OpenSora.TestKit;

namespace OpenSora.Silo.Tests.OpenAi;

/// <summary>What the official npm client of OpenAI's API (6.49.0) sends, byte for byte, and what is answered.</summary>
[Collection(ApiHost.Name)]
public sealed class RecordedRequestsTests(ApiHost host)
{
    /// <summary>Of the video that the recorded requests are about.</summary>
    private const string Recorded = "video_00000000000000000000000000000000";

    [Theory]
    [InlineData("create", 200, "\"seconds\":\"4\"")]
    [InlineData("create-file", 200, "\"prompt\":\"from a file\"")]
    [InlineData("create-data-url", 200, "\"prompt\":\"from a data URL\"")]
    [InlineData("create-address", 400, "\"param\":\"input_reference\"")]
    [InlineData("retrieve", 200, "\"status\":\"queued\"")]
    [InlineData("list", 200, "\"has_more\":")]
    [InlineData("download", 409, "\"code\":\"not_ready\"")]
    [InlineData("remix", 200, "\"prompt\":\"a square\"")]
    [InlineData("models", 200, "\"id\":\"opensora-1.2\"")]
    [InlineData("delete", 200, "\"deleted\":true")]
    public async Task IsAnswered(string name, int status, string words)
    {
        JsonObject video = (await (await host.Client.PostAsJsonAsync("/v1/videos", new JsonObject { ["prompt"] = "one", ["size"] = "64x64" })).Content.ReadFromJsonAsync<JsonObject>())!;
        byte[] request = await File.ReadAllBytesAsync(Path.Combine(Repository.Root, "tests", "OpenSora.Silo.Tests", "OpenAi", "recorded", $"{name}.http"));
        string latin = Encoding.Latin1.GetString(request).Replace(Recorded, (string)video["id"]!).Replace("connection: keep-alive", "connection: close");
        using TcpClient socket = new();
        await socket.ConnectAsync(host.Client.BaseAddress!.Host, host.Client.BaseAddress.Port);
        await socket.GetStream().WriteAsync(Encoding.Latin1.GetBytes(latin));
        using StreamReader answer = new(socket.GetStream());
        string text = await answer.ReadToEndAsync();
        Assert.StartsWith($"HTTP/1.1 {status} ", text);
        Assert.Contains(words, text);
    }
}
