using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace OpenSora.Silo.Tests;

/// <summary>Pause, resume, branch and drain over HTTP.</summary>
[Collection(CalmSilo.Name)]
public sealed class PauseTests(CalmSilo calm, GuardedSilo guarded) : IClassFixture<GuardedSilo>
{
    private HttpClient Client => calm.Silo.Client;

    [Fact]
    public async Task APausedVideoIsQueuedUntilItIsResumed()
    {
        SiloProgram silo = calm.Silo;
        silo.CloseGate();
        string id = await silo.Submit();
        await silo.Until(id, video => (int?)video["step"] == 1);
        JsonObject paused = await Post($"/v1/videos/{id}/pause");
        Assert.Equal(("queued", true, "owner"), ((string)paused["status"]!, (bool)paused["paused"]!, (string)paused["waits_for"]!));
        silo.OpenGate();
        Assert.Equal(id, (string?)(await Client.GetFromJsonAsync<JsonObject>("/v1/videos?status=queued"))!["data"]!.AsArray().Single()!["id"]);
        JsonObject resumed = await Post($"/v1/videos/{id}/resume");
        Assert.False((bool)resumed["paused"]!);
        await silo.Completed(id);
        Assert.False((bool)(await Post($"/v1/videos/{id}/pause"))["paused"]!);
        await ApiTests.Problem(await Client.PostAsync("/v1/videos/video_none/pause", null), HttpStatusCode.NotFound, "video_none");
        await Client.DeleteAsync($"/v1/videos/{id}");
    }

    [Fact]
    public async Task ABranchTakesWhatMayDifferAndNothingElse()
    {
        SiloProgram silo = calm.Silo;
        JsonObject request = SiloProgram.Request();
        request["keep_steps"] = true;
        string id = await silo.Submit(request), branch = $"/v1/videos/{id}/branch";
        await silo.Completed(id);
        JsonObject asked = await Post(branch, new JsonObject { ["from_step"] = 3, ["prompt"] = "another", ["guidance_scale"] = 3.5 });
        Assert.Equal((id, 3, "another"), ((string)asked["branched_from_video_id"]!, (int)asked["from_step"]!, (string)asked["prompt"]!));
        JsonObject made = await silo.Completed((string)asked["id"]!);
        Assert.Equal(3, (int)made["report"]!["fromStep"]!);
        JsonObject settings = (await Client.GetFromJsonAsync<JsonObject>($"/v1/videos/{(string)asked["id"]!}/settings"))!;
        Assert.Equal((3.5, 5, true), ((double)settings["cfg_scale"]!, (int)settings["num_sampling_steps"]!, (bool)settings["keep_steps"]!));
        foreach ((string words, JsonObject wrong) in new (string, JsonObject)[]
        {
            ("'from_step' is missing", new() { ["prompt"] = "x" }),
            ("whole number from 0 to 4", new() { ["from_step"] = "first" }),
            ("give 0 to 4", new() { ["from_step"] = 5 }),
            ("seed cannot differ", new() { ["from_step"] = 3, ["seed"] = 1 }),
            ("num_sampling_steps cannot differ", new() { ["from_step"] = 3, ["num_sampling_steps"] = 9 }),
        })
            await ApiTests.Problem(await Client.PostAsJsonAsync(branch, wrong), HttpStatusCode.BadRequest, words);
        await ApiTests.Problem(await Client.PostAsJsonAsync($"/v1/videos/{calm.Done}/branch", new { from_step = 2 }), HttpStatusCode.BadRequest, "keep_steps");
        foreach (string video in new[] { id, (string)asked["id"]! })
            await Client.DeleteAsync($"/v1/videos/{video}");
    }

    [Fact]
    public async Task OnlyTheTokenOfTheClusterDrains()
    {
        HttpClient client = guarded.Silo.Client;
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", GuardedSilo.Anns);
        foreach (string path in new[] { "drain", "undrain" })
            await ApiTests.Problem(await client.PostAsync($"/v1/service/{path}", null), HttpStatusCode.Forbidden, "OPENSORA_TOKEN");
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", GuardedSilo.Token);
        foreach ((string path, bool drained) in new[] { ("drain", true), ("undrain", false) })
        {
            JsonObject state = (await (await client.PostAsync($"/v1/service/{path}", null)).Content.ReadFromJsonAsync<JsonObject>())!;
            Assert.Equal(("service", drained, 0, 0), ((string)state["object"]!, (bool)state["drained"]!, (int)state["working"]!, (int)state["waiting"]!));
            Assert.Equal(state.ToJsonString(), (await client.GetFromJsonAsync<JsonObject>("/v1/service"))!.ToJsonString());
        }
    }

    private async Task<JsonObject> Post(string path, JsonObject? body = null)
    {
        using HttpResponseMessage response = await Client.PostAsync(path, body is null ? null : JsonContent.Create(body));
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<JsonObject>())!;
    }
}
