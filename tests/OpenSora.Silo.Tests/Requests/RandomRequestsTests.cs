using System.Globalization;
using System.Text.Json.Nodes;
using OpenSora.Cluster.Jobs;
using OpenSora.Cluster.Videos;
using OpenSora.Contracts.Generation;
using OpenSora.Video;

namespace OpenSora.Silo.Tests.Requests;

/// <summary>No request is a fault of the service, and none that is taken is refused later.</summary>
[Collection(ApiHost.Name)]
public sealed class RandomRequestsTests(ApiHost host)
{
    /// <summary>OPENSORA_TEST_REQUESTS asks for more.</summary>
    private static readonly int Count = int.Parse(Environment.GetEnvironmentVariable("OPENSORA_TEST_REQUESTS") ?? "1000", CultureInfo.InvariantCulture);

    [Fact]
    public async Task EachIsTakenOrRefusedInWords()
    {
        RequestGenerator generator = new(seed: 20);
        List<string> taken = [];
        HashSet<int> statuses = [];
        for (int i = 0; i < Count; i++)
        {
            using HttpRequestMessage request = generator.Next();
            using HttpResponseMessage response = await host.Client.SendAsync(request);
            string body = await response.Content.ReadAsStringAsync(), what = $"request {i}, {request.Method} {request.RequestUri}: {(int)response.StatusCode} {body}; sent: {await Sent(request)}";
            statuses.Add((int)response.StatusCode);
            Assert.True((int)response.StatusCode is < 500 or 507, what);
            if (response.IsSuccessStatusCode && request.Method == HttpMethod.Post)
                taken.Add((string)JsonNode.Parse(body)!["id"]!);
            else if (!response.IsSuccessStatusCode && body.Length > 0)
            {
                JsonNode error = JsonNode.Parse(body)!["error"]!;
                Assert.True(((string)error["message"]!).Length > 0 && error["code"] is not null && error["type"] is not null, what);
                Assert.DoesNotContain("--resolution", (string)error["message"]!);
                Assert.DoesNotContain("--image-size", (string)error["message"]!);
            }
        }
        Assert.Superset(new HashSet<int> { 200, 400, 404, 405, 415 }, statuses);
        await ArePlanned(taken);
    }

    private static async Task<string> Sent(HttpRequestMessage request) =>
        request.Content is null ? "nothing" : $"{request.Content.Headers.ContentType}: {await request.Content.ReadAsStringAsync()}";

    /// <summary>As their jobs would begin.</summary>
    private async Task ArePlanned(List<string> taken)
    {
        Assert.InRange(taken.Count, Count / 50, Count);
        SqlVideoStore store = new(host.Options.Dialect);
        Tokenizers tokenizers = new();
        foreach (string id in taken)
        {
            GenerationRequest request = (await store.Find(id, CancellationToken.None))!.Video.Request;
            request = request with { Cards = Math.Max(1, request.Cards) };
            JobMedia media = new(request);
            GenerationRules.Check(request);
            RequestPlan plan = new(request, Path.GetTempPath(), Path.GetTempPath(), tokenizers);
            plan.Check(media);
            Assert.NotNull(plan.Next(0, _ => { }, CancellationToken.None));
        }
    }
}
