using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace OpenSora.Silo.Tests.Requests;

/// <summary>What is no text is refused with the name of what it was sent as.</summary>
[Collection(ApiHost.Name)]
public sealed class BadTextTests(ApiHost host)
{
    /// <summary>Half a pair of surrogates, an overlong slash, a surrogate in UTF-8, a byte that is none, a character cut off, U+0000.</summary>
    public static TheoryData<string> Wounds => ["5C7564383364", "C0AF", "EDA080", "FF", "F09F", "5C7530303030"];

    [Theory]
    [MemberData(nameof(Wounds))]
    public async Task InAFieldOfJson(string wound)
    {
        byte[] bytes = [.. "{\"size\": \"64x64\", \"prompt\": \"bad "u8, .. Convert.FromHexString(wound), .. " end\"}"u8];
        Assert.Equal("prompt", await Param(host, new ByteArrayContent(bytes) { Headers = { ContentType = new("application/json") } }));
        byte[] inName = [.. "{\"prompt\": \"x\", \"bad "u8, .. Convert.FromHexString(wound), .. "\": 1}"u8];
        await Param(host, new ByteArrayContent(inName) { Headers = { ContentType = new("application/json") } });
    }

    [Theory]
    [InlineData("C0AF")]
    [InlineData("EDA080")]
    [InlineData("FF")]
    [InlineData("00")]
    public async Task InAFieldOfAForm(string wound) => Assert.Equal("camera_motion", await Param(
        host, new MultipartFormDataContent { { new StringContent("x"), "prompt" }, { new ByteArrayContent(Convert.FromHexString(wound)), "camera_motion" } }));

    [Fact]
    public async Task InAKey()
    {
        foreach (string key in new[] { "ä", new string('k', 256) })
        {
            using HttpClient client = new(new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1 }) { BaseAddress = host.Client.BaseAddress };
            using HttpRequestMessage request = new(HttpMethod.Post, "/v1/videos") { Content = new StringContent("{\"prompt\": \"x\"}", Encoding.UTF8, "application/json") };
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
            using HttpResponseMessage response = await client.SendAsync(request);
            Assert.Equal("Idempotency-Key", await Param(response));
        }
    }

    private static async Task<string?> Param(ApiHost host, HttpContent content)
    {
        using (content)
        using (HttpResponseMessage response = await host.Client.PostAsync("/v1/videos", content))
            return await Param(response);
    }

    private static async Task<string?> Param(HttpResponseMessage response)
    {
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.BadRequest, body);
        return (string?)JsonNode.Parse(body)!["error"]!["param"];
    }
}
