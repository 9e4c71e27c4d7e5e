using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace OpenSora.Silo.Tests.Requests;

/// <summary>What clients of OpenAI's API, vLLM-Omni and SGLang send, and what becomes of it.</summary>
[Collection(ApiHost.Name)]
public sealed class FieldsTests(ApiHost host)
{
    /// <summary>One pixel.</summary>
    private const string Png = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC";

    [Theory]
    [InlineData("{\"seconds\": \"2\", \"size\": \"64x64\"}", "2", "64x64")]
    [InlineData("{\"seconds\": 3, \"width\": 64, \"height\": \"32\"}", "3", "64x32")]
    [InlineData("{\"seconds\": 12}", "12", "424x240")]
    [InlineData("{\"seconds\": 5, \"fps\": 16, \"size\": \"64x64\", \"width\": 8, \"height\": 8}", "5", "64x64")]
    [InlineData("{\"seconds\": 4, \"num_frames\": 48, \"size\": \"64x64\"}", "2", "64x64")]
    [InlineData("{\"num_frames\": 80, \"fps\": 16, \"num_inference_steps\": 40, \"guidance_scale\": 4.5, \"width\": 1280, \"height\": 720, \"seed\": 1, \"user\": \"me\", \"negative_prompt\": \"\"}", "5", "1280x720")]
    [InlineData("{\"extra_body\": {\"seed\": 7, \"num_frames\": 24}, \"size\": \"64x64\"}", "1", "64x64")]
    [InlineData("{\"extra_params\": \"{\\\"num_frames\\\": 24}\", \"size\": \"64x64\"}", "1", "64x64")]
    [InlineData("{\"image_reference\": {\"image_url\": \"" + Png + "\"}, \"size\": \"64x64\", \"seconds\": 2}", "2", "64x64")]
    [InlineData("{\"input_reference\": {\"image_url\": \"" + Png + "\"}, \"size\": \"64x64\", \"seconds\": 2}", "2", "64x64")]
    [InlineData("{\"reference_url\": \"" + Png + "\", \"size\": \"64x64\", \"seconds\": 2}", "2", "64x64")]
    public async Task AreTaken(string fields, string seconds, string size)
    {
        JsonObject request = JsonNode.Parse(fields)!.AsObject();
        request["prompt"] = "x";
        using HttpResponseMessage json = await host.Client.PostAsJsonAsync("/v1/videos", request);
        await Is(json, seconds, size);
        using MultipartFormDataContent form = [];
        foreach ((string name, JsonNode? value) in request)
            form.Add(new StringContent(value!.GetValueKind() == System.Text.Json.JsonValueKind.String ? (string)value! : value.ToJsonString()), name);
        using HttpResponseMessage sent = await host.Client.PostAsync("/v1/videos", form);
        await Is(sent, seconds, size);
    }

    [Theory]
    [InlineData("{\"negative_prompt\": \"blur\"}", "negative_prompt", "not from one of your own")]
    [InlineData("{\"reference_url\": \"https://example.com/a.png\"}", "reference_url", "fetches no address")]
    [InlineData("{\"video_reference\": {\"video_url\": \"http://127.0.0.1/\"}}", "video_reference", "fetches no address")]
    [InlineData("{\"input_reference\": \"data:image/png;base64,%\"}", "input_reference", "base64")]
    [InlineData("{\"input_reference\": \"data:image/png;base64,AAAA\"}", "input_reference", "cannot be used")]
    [InlineData("{\"input_reference\": \"" + Png + "\", \"reference_url\": \"" + Png + "\"}", "reference_url", "both there")]
    [InlineData("{\"width\": 64}", "height", "go together")]
    [InlineData("{\"num_inference_steps\": 2, \"num_sampling_steps\": 2}", "num_inference_steps", "the same")]
    [InlineData("{\"guidance_scale\": 101}", "guidance_scale", "from 0 to 100")]
    [InlineData("{\"aes\": -1}", "aes", "from 0 to 100")]
    [InlineData("{\"flow\": 1e9}", "flow", "from 0 to 10000")]
    [InlineData("{\"condition_frame_length\": 7}", "condition_frame_length", "5, 10, 15")]
    [InlineData("{\"num_frames\": 100001}", "num_frames", "1 to 100000")]
    [InlineData("{\"resolution\": \"9k\"}", "resolution", "or size WIDTHxHEIGHT")]
    [InlineData("{\"model_max_length\": 400}", "model_max_length", "give 300")]
    [InlineData("{\"mask_strategy\": \"0,1\", \"input_reference\": \"" + Png + "\"}", "mask_strategy", "the prompt has 1")]
    [InlineData("{\"micro_frame_size\": 18}", "micro_frame_size", "4k + 1")]
    [InlineData("{\"extra_body\": {\"colour\": 1}}", "colour", "not known")]
    [InlineData("{\"extra_body\": {\"prompt\": \"y\"}}", "prompt", "twice")]
    [InlineData("{\"extra_params\": \"seed\"}", "extra_params", "not valid JSON")]
    public async Task AreRefusedInWords(string fields, string param, string words)
    {
        JsonObject request = JsonNode.Parse(fields)!.AsObject();
        request["prompt"] = "x";
        using HttpResponseMessage response = await host.Client.PostAsJsonAsync("/v1/videos", request);
        string body = await response.Content.ReadAsStringAsync();
        await ApiTests.Problem(response, HttpStatusCode.BadRequest, words);
        Assert.Equal(param, (string?)JsonNode.Parse(body)!["error"]!["param"]);
    }

    [Fact]
    public async Task ARemixHasTheSettingsOfTheOther()
    {
        JsonObject first = (await (await host.Client.PostAsJsonAsync("/v1/videos", new JsonObject { ["prompt"] = "one", ["size"] = "64x48", ["seconds"] = 3, ["seed"] = 5, ["input_reference"] = Png })).Content.ReadFromJsonAsync<JsonObject>())!;
        JsonObject remix = (await (await host.Client.PostAsJsonAsync($"/v1/videos/{first["id"]}/remix", new JsonObject { ["prompt"] = "two" })).Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.Equal(("two", "64x48", "3", (string)first["id"]!), ((string)remix["prompt"]!, (string)remix["size"]!, (string)remix["seconds"]!, (string)remix["remixed_from_video_id"]!));
        Assert.True(File.Exists(Path.Combine(host.Options.Store, "videos", (string)remix["id"]!, "reference.png")));
        await ApiTests.Problem(await host.Client.PostAsJsonAsync($"/v1/videos/{first["id"]}/remix", new JsonObject()), HttpStatusCode.BadRequest, "'prompt' is missing");
        await ApiTests.Problem(await host.Client.PostAsJsonAsync("/v1/videos/video_none/remix", new JsonObject { ["prompt"] = "x" }), HttpStatusCode.NotFound, "video_none");
    }

    [Fact]
    public async Task TheDocumentTellsFieldsRangesAndStatuses()
    {
        JsonObject document = (await host.Client.GetFromJsonAsync<JsonObject>("/openapi/v1.json"))!;
        JsonNode video = document["components"]!["schemas"]!["VideoBody"]!["properties"]!, paths = document["paths"]!;
        Assert.Equal(["queued", "in_progress", "completed", "failed"], video["status"]!["enum"]!.AsArray().Select(word => (string)word!));
        Assert.Contains("remixed_from_video_id", video.AsObject().Select(field => field.Key));
        JsonNode post = paths["/v1/videos"]!["post"]!;
        foreach (string type in new[] { "application/json", "multipart/form-data" })
        {
            JsonObject fields = post["requestBody"]!["content"]![type]!["schema"]!["properties"]!.AsObject();
            Assert.Superset(Api.VideoFields.Names.Concat(Api.RequestFields.References).Concat(Api.RequestFields.Further).ToHashSet(), fields.Select(field => field.Key).ToHashSet());
            Assert.Equal((1, 1000), ((int)fields["num_sampling_steps"]!["minimum"]!, (int)fields["num_sampling_steps"]!["maximum"]!));
            Assert.Equal(["high", "normal", "low"], fields["priority"]!["enum"]!.AsArray().Select(word => (string)word!));
        }
        Assert.Superset(new HashSet<string> { "200", "400", "401", "403", "413", "415", "422", "429", "500", "503", "507" }, post["responses"]!.AsObject().Select(status => status.Key).ToHashSet());
        Assert.Superset(new HashSet<string> { "200", "206", "304", "400", "401", "403", "404", "409", "416", "503" }, paths["/v1/videos/{id}/content"]!["get"]!["responses"]!.AsObject().Select(status => status.Key).ToHashSet());
        Assert.Contains("enum", paths["/v1/videos"]!["get"]!["parameters"]!.AsArray().Single(one => (string?)one!["name"] == "status")!["schema"]!.ToJsonString());
    }

    private static async Task Is(HttpResponseMessage response, string seconds, string size)
    {
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        JsonNode video = JsonNode.Parse(body)!;
        Assert.Equal((seconds, size), ((string)video["seconds"]!, (string)video["size"]!));
    }
}
