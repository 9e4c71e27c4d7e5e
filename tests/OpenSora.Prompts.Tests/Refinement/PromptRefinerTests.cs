using System.Collections;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using OpenSora.Contracts;
using OpenSora.Contracts.Settings;
using OpenSora.Prompts.Refinement;
using OpenSora.TestKit;

namespace OpenSora.Prompts.Tests.Refinement;

public sealed class PromptRefinerTests
{
    private const string Answer = """{"choices": [{"message": {"role": "assistant", "content": "A grey cat sleeps."}}]}""";

    [Fact]
    public void A_prompt_is_sent_and_the_answer_comes_back()
    {
        using ChatServer server = new((200, Answer));
        Assert.Equal("A grey cat sleeps.", Refine(server, "a cat", out List<string> warnings));
        Assert.Empty(warnings);
        string request = Assert.Single(server.Requests);
        Assert.StartsWith("POST /v1/chat/completions ", request, StringComparison.Ordinal);
        Assert.Contains("Authorization: Bearer secret", request, StringComparison.OrdinalIgnoreCase);
        JsonElement body = JsonDocument.Parse(request[request.IndexOf("\r\n\r\n", StringComparison.Ordinal)..]).RootElement;
        Assert.Equal("a-model", body.GetProperty("model").GetString());
        JsonElement[] messages = [.. body.GetProperty("messages").EnumerateArray()];
        Assert.Equal(["system", "user"], messages.Select(message => message.GetProperty("role").GetString()));
        Assert.Contains("at most six", messages[0].GetProperty("content").GetString(), StringComparison.Ordinal);
        Assert.Equal("a cat", messages[1].GetProperty("content").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \t")]
    public void For_an_empty_prompt_one_is_invented(string prompt)
    {
        using ChatServer server = new((200, Answer));
        Assert.Equal("A grey cat sleeps.", Refine(server, prompt, out _));
        Assert.Contains("Generate one example.", server.Requests[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_passing_failure_is_tried_again()
    {
        using ChatServer server = new((503, "busy"), (429, "slow down"), (200, Answer));
        Assert.Equal("A grey cat sleeps.", Refine(server, "a cat", out List<string> warnings));
        Assert.Equal((3, 0), (server.Requests.Count, warnings.Count));
    }

    [Theory]
    [InlineData(500, "", 3, "500")] // the server's fault: three attempts
    [InlineData(401, "", 1, "401")] // ours: one
    [InlineData(200, "not JSON", 1, "")]
    [InlineData(200, "[]", 1, "")]
    [InlineData(200, "{\"choices\": []}", 1, "")]
    [InlineData(200, "{\"choices\": [{\"message\": {\"content\": null}}]}", 1, "no text")]
    [InlineData(200, "{\"choices\": [{\"message\": {\"content\": 5}}]}", 1, "")]
    public void When_the_service_fails_the_prompt_is_kept_and_a_warning_says_so(int status, string body, int attempts, string part)
    {
        using ChatServer server = new((status, body));
        Assert.Equal("a cat", Refine(server, "a cat", out List<string> warnings));
        Assert.Equal(attempts, server.Requests.Count);
        string warning = Assert.Single(warnings);
        Assert.Contains("'a cat'", warning, StringComparison.Ordinal);
        Assert.Contains(part, warning, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void A_service_that_does_not_answer_is_given_up()
    {
        using ChatServer server = new((0, ""));
        Assert.Equal("a cat", Refine(server, "a cat", out List<string> warnings, timeout: TimeSpan.FromMilliseconds(200)));
        Assert.Single(warnings);
    }

    [Fact]
    public void Cancelling_ends_a_request_and_keeps_nothing_silently()
    {
        using ChatServer server = new((0, ""));
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(200));
        Assert.ThrowsAny<OperationCanceledException>(() => Refine(server, "a cat", out _, cancel: stop.Token));
    }

    [Fact]
    public void Without_a_key_the_error_says_what_to_set() => Assert.Contains(
        "set OPENAI_API_KEY", Assert.Throws<InputException>(() => LanguageModelEndpoint.Of(new LanguageModelOptions())).Message, StringComparison.Ordinal);

    [Fact]
    public void The_address_and_the_model_have_defaults()
    {
        LanguageModelEndpoint endpoint = LanguageModelEndpoint.Of(new LanguageModelOptions { ApiKey = "secret" });
        Assert.Equal("gpt-4o at https://api.openai.com/v1/chat/completions", endpoint.ToString());
    }

    [Theory]
    [InlineData("http://localhost:1/v1/", "http://localhost:1/v1/chat/completions")]
    [InlineData("https://host", "https://host/chat/completions")]
    public void The_base_address_may_end_in_a_slash(string address, string completions) =>
        Assert.Equal(completions, Endpoint(address).Completions.ToString());

    [Theory]
    [InlineData("localhost:8000")]
    [InlineData("ftp://host/v1")]
    [InlineData("no address")]
    public void An_address_that_is_none_is_refused(string address) =>
        Assert.Contains(address, Assert.Throws<InputException>(() => Endpoint(address)).Message, StringComparison.Ordinal);

    [Fact]
    public void What_sets_it_is_documented() => Assert.Empty(SettingsPage.Missing<LanguageModelOptions>());

    private static LanguageModelEndpoint Endpoint(string address) =>
        LanguageModelEndpoint.Of(SettingsReader.Read<LanguageModelOptions>(new Hashtable { ["OPENAI_API_KEY"] = "x", ["OPENAI_BASE_URL"] = address }));

    private static string Refine(ChatServer server, string prompt, out List<string> warnings, TimeSpan? timeout = null, CancellationToken cancel = default)
    {
        List<string> warned = warnings = [];
        LanguageModelEndpoint endpoint = new(new Uri(server.Address + "/v1/chat/completions"), "secret", "a-model");
        using PromptRefiner refiner = new(endpoint, warned.Add, timeout, pause: TimeSpan.FromMilliseconds(1), cancel);
        return refiner.Refine(prompt);
    }

    /// <summary>A server that gives one answer after the other, the last one again and again; status 0 is no answer at all.</summary>
    private sealed class ChatServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly (int Status, string Body)[] _answers;

        public ChatServer(params (int Status, string Body)[] answers)
        {
            _answers = answers;
            _listener.Start();
            _ = Task.Run(Serve);
        }

        public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

        /// <summary>Heads and bodies as they came.</summary>
        public List<string> Requests { get; } = [];

        public void Dispose() => _listener.Dispose();

        private async Task Serve()
        {
            List<TcpClient> clients = [];
            try
            {
                while (true)
                {
                    TcpClient client = await _listener.AcceptTcpClientAsync();
                    clients.Add(client);
                    Requests.Add(await ReadRequest(client.GetStream()));
                    (int status, string body) = _answers[Math.Min(Requests.Count, _answers.Length) - 1];
                    if (status == 0)
                        continue;
                    await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 {status} Status\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}"));
                    client.Close();
                }
            }
            catch (Exception end) when (end is SocketException or ObjectDisposedException or IOException)
            {
                clients.ForEach(client => client.Dispose());
            }
        }

        /// <summary>Head and body; the client says how long the body is.</summary>
        private static async Task<string> ReadRequest(NetworkStream stream)
        {
            StringBuilder text = new();
            byte[] buffer = new byte[8192];
            while (true)
            {
                text.Append(Encoding.UTF8.GetString(buffer, 0, await stream.ReadAsync(buffer)));
                string all = text.ToString();
                int body = all.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
                string? length = all.Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))?[15..];
                if (body > 3 && length is not null && Encoding.UTF8.GetByteCount(all[body..]) >= int.Parse(length))
                    return all;
            }
        }
    }
}
