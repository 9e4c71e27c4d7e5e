using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Files;
using OpenSora.Contracts.Settings;

namespace OpenSora.Client.Server;

/// <summary>A service of videos over HTTP, as docs/api.md tells. Nothing waits for ever for one that does not answer.</summary>
/// <exception cref="ServerException">Of each method: it refuses, or does not answer.</exception>
internal sealed class VideoServer : IDisposable
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(60), GoneTime = TimeSpan.FromSeconds(60), LongestSilence = TimeSpan.FromSeconds(30);

    /// <summary>What a request that makes something still has to be answered in, once its caller stops.</summary>
    public static readonly TimeSpan LastAnswerTime = TimeSpan.FromSeconds(10);

    /// <summary>Attempts at a request in which the service has a fault.</summary>
    private const int MostFaults = 5;

    /// <summary>Bytes of a reference: a service takes 64 MiB, unless it is told otherwise.</summary>
    private const int MostReference = 1 << 30;

    private readonly Uri _address;
    private readonly HttpClient _http;
    private readonly Absence? _absence;

    /// <param name="address">e.g. http://127.0.0.1:8080.</param>
    /// <param name="absence">How it is waited for, also at the first request. Default: null (for a minute, once it has answered).</param>
    /// <exception cref="InputException">That is no address.</exception>
    public VideoServer(string address, Absence? absence = null)
    {
        _absence = absence;
        if (!Uri.TryCreate(address.TrimEnd('/') + "/", UriKind.Absolute, out Uri? parsed) || parsed.Scheme is not ("http" or "https"))
            throw new InputException($"--server {address}: that is no address; give http://HOST:PORT");
        _address = parsed;
        MembershipOptions membership = SettingsReader.Read<MembershipOptions>();
        _http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(10), SslOptions = membership.ReadTls()?.Client ?? new() })
        {
            BaseAddress = parsed,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        if (membership.ReadToken() is { } token)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>
    /// Asks for a video. Asked again after a broken connection, it is still made once. Who stops gets the answer of a request that
    /// is under way, and knows what to cancel.
    /// </summary>
    /// <param name="reference">A file to start from; null for none.</param>
    /// <param name="named">Its idempotency key. Default: null (a new one).</param>
    public Task<JsonObject> Submit(IReadOnlyDictionary<string, string> fields, string? reference, CancellationToken cancel, string? named = null)
    {
        string key = named ?? Guid.NewGuid().ToString("n");
        return Retry(async within =>
        {
            using HttpRequestMessage request = new(HttpMethod.Post, "v1/videos") { Headers = { { "Idempotency-Key", key } } };
            if (reference is null)
            {
                request.Content = JsonContent.Create(new JsonObject(fields.Select(field => KeyValuePair.Create(field.Key, (JsonNode?)field.Value))));
            }
            else
            {
                MultipartFormDataContent form = [];
                foreach ((string name, string value) in fields)
                    form.Add(new StringContent(value), name);
                form.Add(new ByteArrayContent(UserFile.Read("--reference-path", reference, MostReference)), "input_reference", Path.GetFileName(reference));
                request.Content = form;
            }
            return await ReadJson(request, within);
        }, cancel, isCutOff: false);
    }

    public Task<JsonObject> Get(string path, CancellationToken cancel) => Retry(within => ReadJson(new HttpRequestMessage(HttpMethod.Get, path), within), cancel);

    public Task<JsonObject> Find(string id, CancellationToken cancel) => Get($"v1/videos/{Uri.EscapeDataString(id)}", cancel);

    public Task<JsonObject> Delete(string id, CancellationToken cancel) =>
        Retry(within => ReadJson(new HttpRequestMessage(HttpMethod.Delete, $"v1/videos/{Uri.EscapeDataString(id)}"), within), cancel);

    /// <summary>Removes a video, which is cancelled if it is not over; one that is not there is removed.</summary>
    public async Task Remove(string id, CancellationToken cancel)
    {
        try
        {
            await Delete(id, cancel);
        }
        catch (ServerException gone) when (gone.Status == HttpStatusCode.NotFound)
        {
        }
    }

    /// <summary>Ends a video that is not over.</summary>
    /// <returns>It after that.</returns>
    public Task<JsonObject> Cancel(string id, CancellationToken cancel) => Change(id, "cancel", cancel);

    /// <summary>Cancels or pauses a video, or lets it go on.</summary>
    /// <param name="verb"><c>cancel</c>, <c>pause</c> or <c>resume</c>.</param>
    /// <returns>It after that.</returns>
    public Task<JsonObject> Change(string id, string verb, CancellationToken cancel) => Post($"v1/videos/{Uri.EscapeDataString(id)}/{verb}", cancel);

    /// <summary>Asks for something that may be asked for twice.</summary>
    public Task<JsonObject> Post(string path, CancellationToken cancel) => Retry(within => ReadJson(new HttpRequestMessage(HttpMethod.Post, path), within), cancel);

    /// <summary>Asks for a video that goes on from a step of another one. Asked again after a broken connection, it is still made once.</summary>
    public Task<JsonObject> Branch(string id, JsonObject fields, CancellationToken cancel)
    {
        string key = Guid.NewGuid().ToString("n");
        return Retry(
            within => ReadJson(new HttpRequestMessage(HttpMethod.Post, $"v1/videos/{Uri.EscapeDataString(id)}/branch") { Headers = { { "Idempotency-Key", key } }, Content = JsonContent.Create(fields) }, within),
            cancel, isCutOff: false);
    }

    /// <summary>A video at each change, until it is over. A service that goes away is waited for.</summary>
    public async IAsyncEnumerable<JsonObject> Watch(string id, Action<string> notice, [EnumeratorCancellation] CancellationToken cancel)
    {
        while (true)
        {
            await using IAsyncEnumerator<JsonObject> changes = Listen(id, notice, cancel).GetAsyncEnumerator(cancel);
            while (await Next(changes, cancel))
            {
                yield return changes.Current;
                if (IsOver(changes.Current))
                    yield break;
            }
            // The connection ended, and the video has not.
            JsonObject now = await Find(id, cancel);
            yield return now;
            if (IsOver(now))
                yield break;
        }
    }

    /// <summary>Fetches the file of a completed video; it has its name when all of it is there.</summary>
    /// <exception cref="DiskFullException">There is no room for it here.</exception>
    public Task Download(string id, string file, CancellationToken cancel) => Retry(async within =>
    {
        using HttpResponseMessage response = await Send(new HttpRequestMessage(HttpMethod.Get, $"v1/videos/{Uri.EscapeDataString(id)}/content"), within);
        DiskFullException.Require(file, response.Content.Headers.ContentLength ?? 0, "--save-dir");
        string partial = Path.Combine(Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!).FullName, $".{Guid.NewGuid():n}.part");
        try
        {
            await using (FileStream output = File.Create(partial))
            {
                await (await response.Content.ReadAsStreamAsync(within)).CopyToAsync(output, within);
                output.Flush(flushToDisk: true);
            }
            File.Move(partial, file, overwrite: true);
        }
        catch (IOException full) when (DiskFullException.Is(full))
        {
            throw new DiskFullException(file, new FileInfo(partial).Length, full);
        }
        finally
        {
            File.Delete(partial);
        }
        return file;
    }, cancel);

    public void Dispose() => _http.Dispose();

    public static bool IsOver(JsonObject video) => (string?)video["status"] is "completed" or "failed";

    private async IAsyncEnumerable<JsonObject> Listen(string id, Action<string> notice, [EnumeratorCancellation] CancellationToken cancel)
    {
        using HttpResponseMessage response = await Retry(within => Send(new HttpRequestMessage(HttpMethod.Get, $"v1/videos/{Uri.EscapeDataString(id)}/events"), within), cancel);
        await using Stream stream = await response.Content.ReadAsStreamAsync(cancel);
        await foreach (SseItem<string> item in SseParser.Create(new SilenceStream(stream, LongestSilence)).EnumerateAsync(cancel))
        {
            JsonObject data = JsonNode.Parse(item.Data)!.AsObject();
            if (item.EventType is "progress" or "end")
                yield return data;
            else if (item.EventType == "notice")
                notice((string)data["message"]!);
        }
    }

    private static async Task<bool> Next(IAsyncEnumerator<JsonObject> changes, CancellationToken cancel)
    {
        try
        {
            return await changes.MoveNextAsync();
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException or TimeoutException && !cancel.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Again while nobody answers, and no longer than that.</summary>
    /// <param name="isCutOff">Whether cancelling ends a request that is under way.</param>
    private async Task<T> Retry<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancel, bool isCutOff = true)
    {
        long begin = Environment.TickCount64;
        for (int attempt = 0; ; attempt++)
        {
            cancel.ThrowIfCancellationRequested();
            string why;
            try
            {
                using CancellationTokenSource within = isCutOff ? CancellationTokenSource.CreateLinkedTokenSource(cancel) : new();
                within.CancelAfter(AnswerTime);
                using CancellationTokenRegistration stop = isCutOff ? default : cancel.Register(() => within.CancelAfter(LastAnswerTime));
                T answer = await ask(within.Token);
                _absence?.End(_address);
                return answer;
            }
            catch (HttpRequestException error) when (error.HttpRequestError == HttpRequestError.ConnectionError && attempt == 0 && _absence is null)
            {
                // A service that was never there is not waited for.
                throw new ServerException(ExitCode.CardFailure, $"no service answers at {_address} ({error.Message}): start one with opensora serve, or name it with --server");
            }
            catch (Exception error) when (error is HttpRequestException or (IOException and not DiskFullException))
            {
                why = error.Message;
            }
            catch (ServerException error) when (_absence is not null && (error.IsBusy || (error.Status == HttpStatusCode.InternalServerError && attempt + 1 < MostFaults)))
            {
                why = error.Message;
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                why = $"no answer within {AnswerTime.TotalSeconds:0} s";
            }
            _absence?.Begin(_address, why);
            if (Environment.TickCount64 - begin > (_absence?.Longest ?? GoneTime).TotalMilliseconds)
                throw new ServerException(ExitCode.CardFailure, $"{_address} does not answer any more ({why}); the service keeps what it was asked for: try again when it is back");
            await Task.Delay(TimeSpan.FromSeconds(Math.Min(2, 0.2 * (attempt + 1))), cancel);
        }
    }

    private async Task<JsonObject> ReadJson(HttpRequestMessage request, CancellationToken cancel)
    {
        using HttpResponseMessage response = await Send(request, cancel);
        return (await response.Content.ReadFromJsonAsync<JsonNode>(cancel))!.AsObject();
    }

    private async Task<HttpResponseMessage> Send(HttpRequestMessage request, CancellationToken cancel)
    {
        HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw new ServerException(
                response.StatusCode switch
                {
                    HttpStatusCode.UnprocessableEntity => ExitCode.CannotFit,
                    >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests => ExitCode.CardFailure,
                    _ => ExitCode.BadInput,
                },
                await Words(response, cancel),
                response.StatusCode);
    }

    private static async Task<string> Words(HttpResponseMessage response, CancellationToken cancel)
    {
        try
        {
            JsonNode? problem = await response.Content.ReadFromJsonAsync<JsonNode>(cancel);
            return (string?)problem?["detail"] ?? (string?)problem?["title"] ?? response.ReasonPhrase ?? "";
        }
        catch (Exception error) when (error is System.Text.Json.JsonException or NotSupportedException)
        {
            return string.Create(CultureInfo.InvariantCulture, $"the service answered with status {(int)response.StatusCode} ({response.ReasonPhrase})");
        }
    }
}
