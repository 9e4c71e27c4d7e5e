using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using OpenSora.Silo.Tests.Page;

namespace OpenSora.Silo.Tests;

/// <summary>Who sees the dashboard of the cluster, and what it shows.</summary>
[Collection(CalmSilo.Name)]
public sealed class DashboardTests(CalmSilo calm, GuardedSilo guarded) : IClassFixture<GuardedSilo>
{
    private const string Token = GuardedSilo.Token, Anns = GuardedSilo.Anns;

    [Fact]
    public async Task OnlyTheTokenOfTheClusterOpensIt()
    {
        SiloProgram silo = guarded.Silo;
        AuthenticationHeaderValue?[] refused =
        [
            null, Bearer(""), Bearer("a-wrong-token-of-somebody"), Bearer(Anns), Basic("ann", "a-wrong-token-of-somebody"), Basic("ann", Anns), Basic(Token, ""),
            new("Basic", Token), new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Token))), new("Basic"),
        ];
        string[] paths = ["", "/", "/index.html", "/index.min.js", "/DashboardCounters", "/SiloProperties/10.1.2.3:4@5", "/GrainState", "/Trace", "/fonts/x", "/nothing"];
        foreach (AuthenticationHeaderValue? wrong in refused)
            foreach (string path in paths)
            {
                silo.Client.DefaultRequestHeaders.Authorization = wrong;
                using HttpResponseMessage response = await silo.Client.GetAsync("/dashboard" + path);
                await ApiTests.Problem(response, HttpStatusCode.Unauthorized, "OPENSORA_TOKEN");
                Assert.Equal("Basic realm=\"opensora\"", response.Headers.WwwAuthenticate.ToString());
                RequireHeaders(response);
            }
        foreach (AuthenticationHeaderValue right in new[] { Bearer(Token), Basic("", Token), Basic("anybody", Token) })
            foreach (string path in new[] { "/", "/index.min.js", "/DashboardCounters" })
            {
                silo.Client.DefaultRequestHeaders.Authorization = right;
                using HttpResponseMessage response = await silo.Client.GetAsync("/dashboard" + path);
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                RequireHeaders(response);
            }
    }

    /// <summary>The password of a browser opens the dashboard and nothing else; the dashboard asks nobody but silos of the cluster.</summary>
    [Fact]
    public async Task NothingElseIsReachedThroughIt()
    {
        SiloProgram silo = guarded.Silo;
        int said = silo.Said.Length;
        silo.Client.DefaultRequestHeaders.Authorization = Basic("anybody", Token);
        foreach (string path in new[] { "/v1/videos", "/v1/cards", "/metrics", "/openapi/v1.json", "/dashboard/../v1/videos", "/dashboard/%2e%2e/v1/videos", "/dashboard/fonts/../../metrics" })
            Assert.Equal((path, HttpStatusCode.Unauthorized), (path, await Status(path)));
        string[] nowhere =
        [
            "/dashboard/v1/videos", "/dashboard//v1/videos", "/dashboard/..%2fv1/videos", "/dashboard/fonts/..%2f..%2findex.html", "/dashboard/img/%2fetc%2fpasswd",
            "/dashboard/GrainState?grainId=1&grainType=OpenSora.Cluster.Grains.ClusterGrain", "/dashboard/grainstate?grainId=1&grainType=OpenSora.Cluster.Grains.GenerationGrain",
            "/dashboard/SiloProperties/10.1.2.3:4@5", "/dashboard/HistoricalStats/10.1.2.3:4@5", "/dashboard/SiloCounters/x/y", "/dashboard/SiloStats/x", "/dashboard/SiloMetadata/x",
        ];
        foreach (string path in nowhere)
            Assert.Equal((path, HttpStatusCode.NotFound), (path, await Status(path)));
        Assert.Equal(HttpStatusCode.Forbidden, await Status("/dashboard/Trace"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await silo.Client.PostAsync("/dashboard/", null)).StatusCode);
        Assert.DoesNotContain("failed", silo.Said[said..]);

        // As it is, dots and all.
        async Task<HttpStatusCode> Status(string path)
        {
            Uri raw = new(silo.Client.BaseAddress!.GetLeftPart(UriPartial.Authority) + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
            using HttpResponseMessage response = await silo.Client.GetAsync(raw);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task WithoutATokenItIsForThisMachineOnly()
    {
        SiloProgram silo = calm.Silo;
        using HttpResponseMessage own = await silo.Client.GetAsync("/dashboard/DashboardCounters");
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
        RequireHeaders(own);
        using HttpRequestMessage rebound = new(HttpMethod.Get, "/dashboard/") { Headers = { Host = "attacker.example" } };
        await ApiTests.Problem(await silo.Client.SendAsync(rebound), HttpStatusCode.Forbidden, "this machine");
        using HttpRequestMessage foreign = new(HttpMethod.Get, "/dashboard/DashboardCounters");
        foreign.Headers.Add("Origin", "https://attacker.example");
        await ApiTests.Problem(await silo.Client.SendAsync(foreign), HttpStatusCode.Forbidden, "this machine");
    }

    /// <summary>As whoever runs a cluster sees it, in headless Chromium: its own grains are on the service's silo, a card's on the card's.</summary>
    [Fact]
    public async Task ItShowsTheGrainsOfEachSilo()
    {
        SiloProgram silo = guarded.Silo;
        int said = silo.Said.Length;
        silo.Client.DefaultRequestHeaders.Authorization = Bearer(Token);
        await silo.UntilCards(2);
        await silo.Completed(await silo.Submit());
        await using Browser browser = await Browser.Open(new UriBuilder(silo.Client.BaseAddress!) { UserName = "anybody", Password = Token, Path = "/dashboard/" }.Uri);
        await browser.Until("document.querySelectorAll('#content canvas').length > 0");
        await browser.Until("[...document.fonts].some(font => font.status === 'loaded')");
        JsonNode counters = JsonNode.Parse(await silo.Client.GetStringAsync("/dashboard/DashboardCounters"))!;
        Dictionary<string, string> silos = counters["hosts"]!.AsArray().ToDictionary(host => (string)host!["siloAddress"]!, host => (string)host!["siloName"]!);
        ILookup<string, string> grains = counters["simpleGrainStats"]!.AsArray().ToLookup(grain => silos[(string)grain!["siloAddress"]!], grain => (string)grain!["grainType"]!);
        Assert.Equal(3, silos.Count);
        string own = Assert.Single(silos.Values, name => !name.StartsWith("card/", StringComparison.Ordinal));
        Assert.Contains("Orleans.Dashboard.Implementation.Grains.DashboardGrain", grains[own]);
        Assert.Contains("OpenSora.Cluster.Grains.GenerationGrain", grains[own]);
        foreach (string card in new[] { "card/card-0", "card/card-1" })
        {
            Assert.Contains(grains[card], grain => grain.Contains("CardGrain", StringComparison.Ordinal));
            Assert.DoesNotContain(grains[card], grain => grain.StartsWith("Orleans.Dashboard", StringComparison.Ordinal));
            await browser.Evaluate($"location.hash = '/host/{silos.Single(silo => silo.Value == card).Key}'");
            await browser.Until($"document.getElementById('content').innerText.includes('{card}') && document.getElementById('content').innerText.includes('CardGrain')");
        }
        Assert.Equal("", (string?)await browser.Evaluate("document.getElementById('error-message-content').innerText.trim()"));
        Assert.All(await Refused(browser), refused => Assert.Equal("style-src-attr inline", refused)); // the space above "Loading..."
        Assert.NotEmpty(await browser.Screenshot());
        Assert.DoesNotContain("failed", silo.Said[said..]);
    }

    /// <summary>What the page's policy kept it from.</summary>
    private static async Task<string[]> Refused(Browser browser)
    {
        string? refused = (string?)await browser.Evaluate("""
            new Promise(done => {
                const found = [];
                const watch = new ReportingObserver(reports => found.push(...reports.map(report => `${report.body.effectiveDirective} ${report.body.blockedURL}`)), { types: ['csp-violation'], buffered: true });
                watch.observe();
                setTimeout(() => done(found.join('\n')), 0);
            })
            """);
        return refused!.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static void RequireHeaders(HttpResponseMessage response)
    {
        string policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';", policy);
        Assert.Contains("frame-ancestors 'none'", policy);
        Assert.DoesNotContain("unsafe", policy);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("same-origin", response.Headers.GetValues("Cross-Origin-Resource-Policy").Single());
    }

    private static AuthenticationHeaderValue Bearer(string token) => new("Bearer", token);

    private static AuthenticationHeaderValue Basic(string user, string password) => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
}
