using System.Diagnostics;
using System.Net.Http.Headers;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Clips;
using OpenSora.TestKit;

namespace OpenSora.Card.Tests.Serving;

/// <summary>A card as a process of its own, registered with a <see cref="SiloDouble"/>.</summary>
internal sealed class RunningCard : IAsyncDisposable
{
    public const string Token = "a token of many letters for tests";

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(2) };

    private RunningCard(Process process, SiloDouble silo, CardRegistration registration) => (Process, Silo, Registration) = (process, silo, registration);

    public Process Process { get; }

    public SiloDouble Silo { get; }

    public CardRegistration Registration { get; }

    public static async Task<RunningCard> Start(string name = "card-0", string? faults = null, string links = "tcp:127.0.0.1:0")
    {
        SiloDouble silo = await SiloDouble.Start();
        Process process = Launch([name, "--device", "cpu", "--threads", "1", "--join", silo.Address, "--links", links, "--leash"], faults);
        return new RunningCard(process, silo, await silo.Registered);
    }

    public static Process Launch(string[] arguments, string? faults = null, string token = Token)
    {
        string program = Path.Combine(Repository.Root, "artifacts", "bin", "OpenSora.Card", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "OpenSora.Card");
        ProcessStartInfo start = new(program, arguments) { RedirectStandardInput = true, RedirectStandardError = true };
        start.Environment[CardProtocol.TokenVariable] = token;
        start.Environment["OPENSORA_HOME"] = Repository.Root;
        if (faults is not null)
            start.Environment["OPENSORA_FAULTS"] = faults;
        return Process.Start(start)!;
    }

    /// <summary>Asks for a task; the answer is not read yet.</summary>
    public Task<HttpResponseMessage> Ask(
        CardTask task, IReadOnlyList<ReadOnlyMemory<byte>> parts, string token = Token, string? protocol = null, CancellationToken cancel = default,
        params IReadOnlyList<RgbImage> frames)
    {
        MemoryStream body = new();
        Parcels.Write(body, task, CardsJson.Default.CardTask, parts, CancellationToken.None).GetAwaiter().GetResult();
        foreach (RgbImage frame in frames)
            Parcels.Write(body, new ReferenceFrame(frame.Height, frame.Width), CardsJson.Default.ReferenceFrame, [frame.Pixels], CancellationToken.None).GetAwaiter().GetResult();
        HttpRequestMessage request = new(HttpMethod.Post, Registration.Control + CardProtocol.TaskPath) { Content = new ByteArrayContent(body.ToArray()) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Add("X-OpenSora-Protocol", protocol ?? $"{CardProtocol.Version}");
        return _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
    }

    /// <summary>Does a task; the replies in order, signs of life left out.</summary>
    public async Task<List<Parcel<CardReply>>> Do(CardTask task, params IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        using HttpResponseMessage response = await Ask(task, parts);
        return await Read(response);
    }

    /// <summary>The replies of an answer in order, signs of life left out.</summary>
    public static async Task<List<Parcel<CardReply>>> Read(HttpResponseMessage response)
    {
        response.EnsureSuccessStatusCode();
        List<Parcel<CardReply>> replies = [];
        Stream body = await response.Content.ReadAsStreamAsync();
        while (await Parcels.Read(body, CardsJson.Default.CardReply, CancellationToken.None) is { } reply)
            if (reply.Header is not Alive)
                replies.Add(reply);
        return replies;
    }

    public async Task<CardHealth> Health() =>
        (await System.Net.Http.Json.HttpClientJsonExtensions.GetFromJsonAsync(_http, Registration.Control + CardProtocol.HealthPath, CardsJson.Default.CardHealth))!;

    public async ValueTask DisposeAsync()
    {
        if (!Process.HasExited)
            Process.Kill();
        Process.Dispose();
        _http.Dispose();
        await Silo.DisposeAsync();
    }
}
