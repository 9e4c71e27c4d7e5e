using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using OpenSora.FakeCard;
using OpenSora.TestKit;

namespace OpenSora.Silo.Tests;

/// <summary>The contract of docs/api.md.</summary>
[Collection(CalmSilo.Name)]
public sealed class ApiTests(CalmSilo calm)
{
    private HttpClient Client => calm.Silo.Client;

    [Fact]
    public async Task AVideoIsShownAsTheDocumentSays()
    {
        JsonObject video = await calm.Silo.Video(calm.Done);
        Assert.Equal(
            ["id", "object", "model", "status", "progress", "created_at", "started_at", "completed_at", "prompt", "size", "seconds", "expires_at", "remixed_from_video_id", "branched_from_video_id", "from_step", "paused", "priority", "stage", "step", "steps", "waits_for", "queue_position", "seconds_left", "notices", "error", "report"],
            video.Select(field => field.Key));
        Assert.Matches("^video_[0-9a-f]{32}$", (string)video["id"]!);
        Assert.Equal(("video", "opensora-1.2", "completed", 100, "a fake", "24x16", "2.12", "normal"), (
            (string)video["object"]!, (string)video["model"]!, (string)video["status"]!, (int)video["progress"]!, (string)video["prompt"]!, (string)video["size"]!, (string)video["seconds"]!, (string)video["priority"]!));
        Assert.True((long)video["created_at"]! <= (long)video["started_at"]! && (long)video["started_at"]! <= (long)video["completed_at"]!);
        Assert.Equal((5, 5), ((int)video["step"]!, (int)video["steps"]!));
        Assert.Equal("video_0000.mp4", (string?)Assert.Single(video["report"]!["files"]!.AsArray()));
        Assert.Matches("^[0-9a-f]{64}$", (string)video["report"]!["sha256"]!["frames"]!);
        Assert.DoesNotContain(calm.Silo.Store, video.ToJsonString());
    }

    [Fact]
    public async Task TheFileComesWholeInPartsAndAsAPicture()
    {
        using HttpResponseMessage whole = await Client.GetAsync($"/v1/videos/{calm.Done}/content");
        byte[] bytes = await whole.Content.ReadAsByteArrayAsync();
        Assert.Equal("video/mp4", whole.Content.Headers.ContentType!.MediaType);
        Assert.Equal("ftyp", Encoding.ASCII.GetString(bytes, 4, 4));
        using HttpRequestMessage part = new(HttpMethod.Get, $"/v1/videos/{calm.Done}/content") { Headers = { Range = new RangeHeaderValue(4, 7) } };
        using HttpResponseMessage four = await Client.SendAsync(part);
        Assert.Equal(HttpStatusCode.PartialContent, four.StatusCode);
        Assert.Equal($"bytes 4-7/{bytes.Length}", four.Content.Headers.ContentRange!.ToString());
        Assert.Equal(bytes[4..8], await four.Content.ReadAsByteArrayAsync());
        using HttpResponseMessage head = await Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"/v1/videos/{calm.Done}/content"));
        Assert.Equal((HttpStatusCode.OK, bytes.Length), (head.StatusCode, head.Content.Headers.ContentLength!.Value));
        using HttpRequestMessage beyond = new(HttpMethod.Get, $"/v1/videos/{calm.Done}/content") { Headers = { Range = new RangeHeaderValue(bytes.Length, null) } };
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, (await Client.SendAsync(beyond)).StatusCode);
        using HttpResponseMessage picture = await Client.GetAsync($"/v1/videos/{calm.Done}/content?variant=thumbnail");
        Assert.Equal("image/png", picture.Content.Headers.ContentType!.MediaType);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], (await picture.Content.ReadAsByteArrayAsync())[..4]);
    }

    [Fact]
    public async Task AReferenceComesInAForm()
    {
        byte[] picture = await Client.GetByteArrayAsync($"/v1/videos/{calm.Done}/content?variant=thumbnail");
        using MultipartFormDataContent form = new() { { new StringContent("from a picture"), "prompt" }, { new StringContent("24x16"), "size" }, { new StringContent("51"), "num_frames" }, { new ByteArrayContent(picture), "input_reference", "../../etc/passwd" } };
        using HttpResponseMessage response = await Client.PostAsync("/v1/videos", form);
        JsonObject video = await calm.Silo.Completed((string)(await response.Content.ReadFromJsonAsync<JsonObject>())!["id"]!);
        Assert.Contains("reference.png", Directory.GetFiles(Path.Combine(calm.Silo.Store, "videos", (string)video["id"]!)).Select(Path.GetFileName));
        using MultipartFormDataContent none = new() { { new StringContent("from no picture"), "prompt" }, { new ByteArrayContent([1, 2, 3]), "input_reference", "a.png" } };
        await Problem(await Client.PostAsync("/v1/videos", none), HttpStatusCode.BadRequest, "input_reference");
    }

    [Theory]
    [InlineData("{}", 400, "'prompt' is missing")]
    [InlineData("[]", 400, "no JSON object")]
    [InlineData("{\"prompt\": ", 400, "")]
    [InlineData("{\"prompt\": \"x\", \"prompt\": \"y\"}", 400, "twice")]
    [InlineData("{\"prompt\": \"x\", \"colour\": 1}", 400, "'colour' is not known")]
    [InlineData("{\"prompt\": [\"x\"]}", 400, "'prompt' is an array")]
    [InlineData("{\"prompt\": \" \"}", 400, "prompt is empty")]
    [InlineData("{\"prompt\": \"x\", \"size\": \"24\"}", 400, "width x height")]
    [InlineData("{\"prompt\": \"x\", \"size\": \"1x1\"}", 400, "out of range")]
    [InlineData("{\"prompt\": \"x\", \"seconds\": 2.5}", 400, "a whole number from 1")]
    [InlineData("{\"prompt\": \"x\", \"seconds\": 4167}", 400, "1 to 4166")]
    [InlineData("{\"prompt\": \"x\", \"num_sampling_steps\": 0}", 400, "from 1 to 1000")]
    [InlineData("{\"prompt\": \"x\", \"num_sampling_steps\": 1e99}", 400, "a whole number")]
    [InlineData("{\"prompt\": \"x\", \"cfg_scale\": \"NaN\"}", 400, "a number")]
    [InlineData("{\"prompt\": \"x\", \"cards\": -1}", 400, "cards '-1'")]
    [InlineData("{\"prompt\": \"x\", \"cards\": 1000}", 400, "cards")]
    [InlineData("{\"prompt\": \"x\", \"priority\": \"asap\"}", 400, "high, normal, low")]
    [InlineData("{\"prompt\": \"x\", \"model\": \"sora-2\"}", 400, "opensora-1.2")]
    [InlineData("{\"prompt\": \"x\", \"dtype\": \"fp8\"}", 400, "bf16")]
    [InlineData("{\"prompt\": \"x\", \"mask_strategy\": \"0\"}", 400, "input_reference")]
    [InlineData("{\"prompt\": \"x{\\\"reference_path\\\": \\\"http://169.254.169.254/\\\"}\"}", 400, "reference_path")]
    [InlineData("{\"prompt\": \"\u732b\"}", 400, "nothing is left of the prompt")]
    [InlineData("{\"prompt\": \"x\", \"size\": \"30x16\", \"strict_size\": true}", 400, "size 24x16")]
    [InlineData("{\"prompt\": \"x\", \"\\ud83d\": 1}", 400, "the name of a field")]
    [InlineData("{\"prompt\": \"x\", \"save_dir\": \"/etc\"}", 400, "'save_dir' is not known")]
    public async Task BadRequestsAreRefusedInWords(string body, int status, string words) =>
        await Problem(await Client.PostAsync("/v1/videos", new StringContent(body, Encoding.UTF8, "application/json")), (HttpStatusCode)status, words);

    [Fact]
    public async Task EachCaseIsRefusedInWords()
    {
        foreach (string body in Directory.EnumerateFiles(Path.Combine(Repository.Cases, "requests")))
            await Problem(await Client.PostAsync("/v1/videos", new StringContent(await File.ReadAllTextAsync(body), Encoding.UTF8, "application/json")), HttpStatusCode.BadRequest, "'prompt' is no text");
    }

    [Fact]
    public async Task WhatAUserShouldKnowIsInTheAnswer()
    {
        JsonObject video = (await (await Client.PostAsJsonAsync("/v1/videos", new { prompt = string.Join(' ', Enumerable.Repeat("dog", 400)), size = "25x17", num_frames = 51 })).Content.ReadFromJsonAsync<JsonObject>())!;
        string[] notices = [.. video["notices"]!.AsArray().Select(notice => (string)notice!)];
        Assert.Equal(2, notices.Length);
        Assert.Contains("frames are 16x24", notices[0]);
        Assert.Contains("model_max_length is", notices[1]);
        await Client.DeleteAsync($"/v1/videos/{video["id"]}");
    }

    [Fact]
    public async Task OtherMistakesAreRefusedInWords()
    {
        await Problem(await Client.PostAsync("/v1/videos", new StringContent("prompt=x", Encoding.UTF8, "text/plain")), HttpStatusCode.UnsupportedMediaType, "application/json");
        // It is refused by its length: what asks first, as curl does, is answered before a byte of it is sent.
        using HttpRequestMessage large = new(HttpMethod.Post, "/v1/videos") { Content = new ByteArrayContent(new byte[(1 << 20) + 1]) { Headers = { ContentType = new("application/json") } } };
        large.Headers.ExpectContinue = true;
        await Problem(await Client.SendAsync(large), HttpStatusCode.RequestEntityTooLarge, "");
        await Problem(await Client.GetAsync("/v1/videos/video_none"), HttpStatusCode.NotFound, "video_none");
        await Problem(await Client.GetAsync("/v1/videos/..%2f..%2fetc%2fpasswd/content"), HttpStatusCode.NotFound, "");
        await Problem(await Client.GetAsync("/v1/videos/video_none/events"), HttpStatusCode.NotFound, "video_none");
        await Problem(await Client.DeleteAsync("/v1/videos/video_none"), HttpStatusCode.NotFound, "video_none");
        await Problem(await Client.GetAsync($"/v1/videos/{calm.Done}/content?variant=sound"), HttpStatusCode.BadRequest, "thumbnail");
        await Problem(await Client.GetAsync("/v1/videos?limit=0"), HttpStatusCode.BadRequest, "1 to 100");
        await Problem(await Client.GetAsync("/v1/videos?limit=many"), HttpStatusCode.BadRequest, "");
        await Problem(await Client.GetAsync("/v1/videos?order=up"), HttpStatusCode.BadRequest, "asc or desc");
        await Problem(await Client.GetAsync("/v1/videos?after=video_none"), HttpStatusCode.BadRequest, "video_none");
        await Problem(await Client.GetAsync("/v1/nothing"), HttpStatusCode.NotFound, "");
        await Problem(await Client.PutAsync("/v1/videos", null), HttpStatusCode.MethodNotAllowed, "");
    }

    [Fact]
    public async Task ThePageAndTheDocumentAreThere()
    {
        Assert.Contains("<title>OpenSora.Cluster</title>", await Client.GetStringAsync("/"));
        using HttpResponseMessage script = await Client.GetAsync("/app.js");
        Assert.Equal("nosniff", script.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Contains("default-src 'self'", script.Headers.GetValues("Content-Security-Policy").Single());
        JsonObject document = (await Client.GetFromJsonAsync<JsonObject>("/openapi/v1.json"))!;
        Assert.Equal(
            [
                "/health/live", "/health/ready", "/v1/cards", "/v1/models", "/v1/models/{model}", "/v1/service", "/v1/service/drain", "/v1/service/undrain",
                "/v1/videos", "/v1/videos/events", "/v1/videos/sync", "/v1/videos/{id}", "/v1/videos/{id}/branch", "/v1/videos/{id}/cancel", "/v1/videos/{id}/content", "/v1/videos/{id}/events",
                "/v1/videos/{id}/pause", "/v1/videos/{id}/reference", "/v1/videos/{id}/remix", "/v1/videos/{id}/resume", "/v1/videos/{id}/settings",
            ],
            document["paths"]!.AsObject().Select(path => path.Key).Order(StringComparer.Ordinal));
        JsonNode schema = document["paths"]!["/v1/videos"]!["post"]!["requestBody"]!["content"]!["application/json"]!["schema"]!;
        Assert.Equal("prompt", (string?)Assert.Single(schema["required"]!.AsArray()));
        Assert.Contains("num_sampling_steps", schema["properties"]!.AsObject().Select(field => field.Key));
    }

    [Fact]
    public async Task CardsAndMetricsAreTold()
    {
        JsonNode card = Assert.Single((await Client.GetFromJsonAsync<JsonObject>("/v1/cards"))!["data"]!.AsArray())!;
        Assert.Equal(["name", "device", "kind", "threads", "state", "job", "memory_bytes", "free_memory_bytes"], card.AsObject().Select(field => field.Key));
        Assert.Equal("card-0", (string?)card["name"]);
        string metrics = await Client.GetStringAsync("/metrics");
        foreach (string name in new[] { "opensora_videos_ended_total{", "opensora_videos_waiting", "opensora_step_seconds_bucket{", "opensora_queue_seconds", "opensora_cards{" })
            Assert.Contains(name, metrics);
        // Also what undisturbed cards never count.
        string dashboard = await File.ReadAllTextAsync(Path.Combine(TestKit.Repository.Root, "docs", "grafana-dashboard.json"));
        Assert.All(
            System.Text.RegularExpressions.Regex.Matches(dashboard, "opensora_[a-z_]+").Select(match => match.Value).Distinct(),
            name => Assert.Contains($"\n{name}", metrics));
        foreach (string name in new[] { "http_server_request_duration_seconds_count{", "dotnet_gc_collections_total{", "orleans_grains{", "resilience_polly_strategy_attempt_duration_milliseconds_count{" })
            Assert.Contains($"\n{name}", metrics);
        Assert.Contains("pipeline_name=\"task\"", metrics);
    }

    [Fact]
    public async Task EventsTellStepsAndTheEnd()
    {
        SiloProgram silo = calm.Silo;
        silo.CloseGate();
        string id = await silo.Submit();
        await silo.Until(id, video => (int?)video["step"] == 1);
        using HttpResponseMessage response = await silo.Client.GetAsync($"/v1/videos/{id}/events", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        List<(string Type, JsonObject Video)> events = [];
        await foreach (System.Net.ServerSentEvents.SseItem<string> item in System.Net.ServerSentEvents.SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync())
        {
            events.Add((item.EventType, JsonNode.Parse(item.Data)!.AsObject()));
            if ((string?)events[^1].Video["stage"] == "denoise" && (int)events[^1].Video["step"]! > 0)
                silo.OpenGate(); // it ends only when a step was told
        }
        Assert.Equal(("end", "completed"), (events[^1].Type, (string)events[^1].Video["status"]!));
        Assert.All(events.SkipLast(1), one => Assert.True(one.Type is "progress" or "preview" or "notice"));
        // A slow listener hears the latest step, so steps may be missing; none comes twice or late.
        int[] steps = [.. events.Where(one => (string?)one.Video["stage"] == "denoise").Select(one => (int)one.Video["step"]!).Where(step => step > 0).Distinct()];
        Assert.Equal(steps.Order(), steps);
        Assert.All(steps, step => Assert.InRange(step, 1, 5));
        Assert.Equal(id, (string?)events[0].Video["id"]);
    }

    [Fact]
    public async Task WhatIsCancelledIsKeptWhatIsDeletedIsGone()
    {
        SiloProgram silo = calm.Silo;
        silo.CloseGate();
        string id = await silo.Submit();
        await silo.Until(id, video => (string?)video["stage"] == "denoise");
        await Problem(await silo.Client.GetAsync($"/v1/videos/{id}/content"), HttpStatusCode.Conflict, "in_progress");
        JsonObject cancelled = (await (await silo.Client.PostAsync($"/v1/videos/{id}/cancel", null)).Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.Equal((id, "failed", "cancelled"), ((string)cancelled["id"]!, (string)cancelled["status"]!, (string)cancelled["error"]!["code"]!));
        Assert.Equal("failed", (string?)(await silo.Video(id))["status"]);
        await Deleted(silo, id);
        string running = await silo.Submit();
        await silo.Until(running, video => (string?)video["stage"] == "denoise");
        using HttpResponseMessage events = await silo.Client.GetAsync($"/v1/videos/{running}/events", HttpCompletionOption.ResponseHeadersRead);
        await Deleted(silo, running);
        Assert.Contains("\"code\":\"cancelled\"", (await events.Content.ReadAsStringAsync()).Split("event: end")[1]);
        Assert.DoesNotContain((await silo.Client.GetFromJsonAsync<JsonObject>("/v1/videos?limit=100"))!["data"]!.AsArray(), video => (string?)video!["id"] == id || (string?)video["id"] == running);
        silo.OpenGate();
    }

    private static async Task Deleted(SiloProgram silo, string id)
    {
        JsonObject deleted = (await (await silo.Client.DeleteAsync($"/v1/videos/{id}")).Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.Equal((id, "video.deleted", true), ((string)deleted["id"]!, (string)deleted["object"]!, (bool)deleted["deleted"]!));
        Assert.Equal(HttpStatusCode.NotFound, (await silo.Client.GetAsync($"/v1/videos/{id}")).StatusCode);
    }

    [Fact]
    public async Task AFullQueueSaysWhenToAskAgain()
    {
        await using SiloProgram silo = await SiloProgram.Start(new SiloStart { Cards = 0, More = ["--most-waiting", "1"] });
        await silo.Submit(key: "one");
        using HttpResponseMessage full = await silo.Client.PostAsJsonAsync("/v1/videos", SiloProgram.Request());
        await Problem(full, HttpStatusCode.TooManyRequests, "wait");
        Assert.True(full.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        await silo.Submit(key: "one");
        using HttpRequestMessage reused = new(HttpMethod.Post, "/v1/videos") { Content = JsonContent.Create(SiloProgram.Request("another")), Headers = { { "Idempotency-Key", "one" } } };
        await Problem(await silo.Client.SendAsync(reused), HttpStatusCode.UnprocessableEntity, "'one'");
    }

    [Fact]
    public async Task StoppedByASignalItGoesOnWhenItIsBack()
    {
        DirectoryInfo store = Directory.CreateTempSubdirectory("opensora-silo-test");
        SiloStart start = new() { Store = store.FullName, Settings = new FakeSettings { StepMilliseconds = 300 } };
        string id;
        await using (SiloProgram silo = await SiloProgram.Start(start))
        {
            id = await silo.Submit();
            await silo.Until(id, video => (string?)video["stage"] == "denoise" && (int)video["step"]! >= 2);
        }
        await using (SiloProgram silo = await SiloProgram.Start(start))
            Assert.Equal((await calm.Silo.Video(calm.Done))["report"]!["sha256"]!.ToJsonString(), (await silo.Completed(id))["report"]!["sha256"]!.ToJsonString());
        store.Delete(recursive: true);
    }

    internal static async Task Problem(HttpResponseMessage response, HttpStatusCode status, string words)
    {
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(status == response.StatusCode, $"{response.StatusCode}: {body}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        JsonObject problem = JsonNode.Parse(body)!.AsObject();
        Assert.Equal((int)status, (int)problem["status"]!);
        Assert.Contains(words, (string)problem["detail"]!, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(" --", (string)problem["detail"]!);
        // What clients of OpenAI's API show.
        JsonObject error = problem["error"]!.AsObject();
        Assert.Equal(["message", "type", "param", "code"], error.Select(field => field.Key));
        Assert.Equal((string)problem["detail"]!, (string)error["message"]!);
        Assert.Matches("^[a-z_]+$", (string)error["code"]!);
        Assert.EndsWith("_error", (string)error["type"]!);
    }
}
