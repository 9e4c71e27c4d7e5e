using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using OpenSora.TestKit;

namespace OpenSora.Silo.Tests;

/// <summary>docs/grafana-dashboard.json: a Prometheus that scrapes a service answers each query of each panel.</summary>
[Collection(CalmSilo.Name)]
public sealed class GrafanaTests(CalmSilo calm)
{
    private static readonly JsonNode s_dashboard = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "docs", "grafana-dashboard.json")))!;

    /// <summary>Grafana places a panel by its grid position and knows it by its number; all ask the Prometheus that is chosen on import.</summary>
    [Fact]
    public void PanelsHavePlacesOfTheirOwnAndOneSource()
    {
        JsonArray panels = s_dashboard["panels"]!.AsArray();
        Assert.Distinct(panels.Select(panel => (int)panel!["id"]!));
        Assert.All(panels, panel => Assert.Equal("${source}", (string?)panel!["datasource"]!["uid"]));
        Assert.Equal("source", (string?)Assert.Single(s_dashboard["templating"]!["list"]!.AsArray())!["name"]);
        int[][] places = [.. panels.Select(panel => new[] { "x", "y", "w", "h" }.Select(side => (int)panel!["gridPos"]![side]!).ToArray())];
        Assert.All(places, place => Assert.InRange(place[0] + place[2], 1, 24));
        for (int a = 0; a < places.Length; a++)
            for (int b = 0; b < a; b++)
                Assert.False(
                    places[a][0] < places[b][0] + places[b][2] && places[b][0] < places[a][0] + places[a][2]
                    && places[a][1] < places[b][1] + places[b][3] && places[b][1] < places[a][1] + places[a][3], $"panels {a} and {b} overlap");
    }

    [Fact]
    public async Task APrometheusAnswersEachQuery()
    {
        using TemporaryFolder folder = new();
        string settings = Path.Combine(folder.Path, "prometheus.yml");
        await File.WriteAllTextAsync(settings, $$"""
            global: { scrape_interval: 250ms, scrape_timeout: 250ms }
            scrape_configs:
              - job_name: opensora
                static_configs: [ { targets: ["{{calm.Silo.Client.BaseAddress!.Authority}}"] } ]
            """);
        using Process prometheus = Process.Start(new ProcessStartInfo("prometheus",
            [$"--config.file={settings}", $"--storage.tsdb.path={folder.Path}/data", "--web.listen-address=127.0.0.1:0", "--log.level=info"])
        { RedirectStandardError = true })!;
        try
        {
            using HttpClient client = new() { BaseAddress = await Address(prometheus) };
            await Until(client, "sum(opensora_step_seconds_count)", value => value > 0);
            calm.Silo.OpenGate();
            await calm.Silo.Completed(await calm.Silo.Submit()); // a rate needs a change
            string[] queries = [.. s_dashboard["panels"]!.AsArray().SelectMany(panel => panel!["targets"]!.AsArray()).Select(target => (string)target!["expr"]!)];
            Assert.True(queries.Length >= 12);
            foreach (string query in queries)
                await Until(client, query, double.IsFinite);
        }
        finally
        {
            prometheus.Kill();
            await prometheus.WaitForExitAsync();
        }
    }

    private static async Task<Uri> Address(Process prometheus)
    {
        const string listening = "msg=\"Listening on\" address=";
        while (await prometheus.StandardError.ReadLineAsync().WaitAsync(SiloProgram.Patience) is { } line)
            if (line.IndexOf(listening, StringComparison.Ordinal) is >= 0 and var at)
            {
                _ = prometheus.StandardError.ReadToEndAsync();
                return new Uri($"http://{line[(at + listening.Length)..].Trim()}");
            }
        throw new InvalidOperationException("Prometheus ended before it listened");
    }

    /// <summary>Asks until all values of the answer are as they should be.</summary>
    private static async Task Until(HttpClient client, string query, Func<double, bool> holds)
    {
        JsonNode? answer = null;
        await SiloProgram.Until(
            async () =>
            {
                using HttpResponseMessage response = await client.GetAsync($"/api/v1/query?query={Uri.EscapeDataString(query)}");
                if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
                    return false; // it still starts
                answer = (await response.Content.ReadFromJsonAsync<JsonNode>())!;
                Assert.True((string?)answer["status"] == "success", $"{query}: {answer}");
                double[] values = [.. answer["data"]!["result"]!.AsArray().Select(series => double.Parse((string)series!["value"]![1]!, CultureInfo.InvariantCulture))];
                return values.Length > 0 && values.All(holds);
            },
            () => $"{query}: {answer}");
    }
}
