using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Security;
using System.Text.Json.Nodes;
using OpenSora.Contracts.Cards;
using OpenSora.TestKit;

namespace OpenSora.Silo.Tests;

/// <summary>Who gets in, and what is said of secrets.</summary>
[Collection(CalmSilo.Name)]
public sealed class AccessTests(CalmSilo calm)
{
    private const string Token = "the-token-of-the-cluster";

    [Fact]
    public async Task WithoutATokenItIsForThisMachineOnly()
    {
        await using (SiloProgram refused = await SiloProgram.Start(new SiloStart { Urls = "http://0.0.0.0:0" }))
        {
            await refused.Ended();
            Assert.Equal(2, refused.ExitCode);
            Assert.Contains("OPENSORA_TOKEN", refused.Said);
        }
        SiloProgram silo = calm.Silo;
        using HttpRequestMessage rebound = new(HttpMethod.Get, "/v1/videos") { Headers = { Host = "attacker.example" } };
        await ApiTests.Problem(await silo.Client.SendAsync(rebound), HttpStatusCode.Forbidden, "this machine");
        using HttpRequestMessage foreign = new(HttpMethod.Post, "/v1/videos") { Content = JsonContent.Create(SiloProgram.Request()) };
        foreign.Headers.Add("Origin", "https://attacker.example");
        await ApiTests.Problem(await silo.Client.SendAsync(foreign), HttpStatusCode.Forbidden, "this machine");
        using HttpRequestMessage own = new(HttpMethod.Get, "/v1/videos");
        own.Headers.Add("Origin", "http://localhost:1234");
        Assert.Equal(HttpStatusCode.OK, (await silo.Client.SendAsync(own)).StatusCode);
    }

    /// <summary>Clients may come without a certificate, cards may not; whoever trusts another authority does not talk to this silo.</summary>
    [Fact]
    public async Task WithTlsASiloProvesOfWhichClusterItIs()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("opensora-silo-test");
        try
        {
            TestAuthority ours = new(Path.Combine(folder.FullName, "ours")), theirs = new(Path.Combine(folder.FullName, "theirs"));
            await using SiloProgram silo = await SiloProgram.Start(new SiloStart
            {
                Cards = 0,
                Urls = "https://127.0.0.1:0",
                Environment = ours.Environment("silo").ToDictionary(),
            });
            using HttpClient member = Over(Tls(ours).Client, silo), stranger = Over(Tls(theirs).Client, silo);
            SslClientAuthenticationOptions trusting = new() { RemoteCertificateValidationCallback = Tls(ours).Client.RemoteCertificateValidationCallback };
            using HttpClient browser = Over(trusting, silo);
            Assert.Equal(HttpStatusCode.OK, (await member.GetAsync("/v1/videos")).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/v1/videos")).StatusCode);
            await Assert.ThrowsAsync<HttpRequestException>(() => stranger.GetAsync("/v1/videos"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        static ClusterTls Tls(TestAuthority authority)
        {
            (string certificate, string key) = authority.Sign("client");
            return new ClusterTls(certificate, key, authority.CertificateFile);
        }

        static HttpClient Over(SslClientAuthenticationOptions tls, SiloProgram silo) =>
            new(new SocketsHttpHandler { SslOptions = tls }) { BaseAddress = silo.Client.BaseAddress };
    }

    [Fact]
    public async Task EachOwnerSeesItsOwnAndOthersNothing()
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "# people\nann ann-token-0123456789\nbob bob-token-0123456789\n");
        await using SiloProgram silo = await SiloProgram.Start(new SiloStart
        {
            Urls = "http://0.0.0.0:0",
            Environment = new Dictionary<string, string> { ["OPENSORA_TOKEN"] = Token, ["OPENSORA_API_TOKENS_FILE"] = file },
        });
        File.Delete(file);
        string mine = await silo.Submit();
        silo.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "ann-token-0123456789");
        string anns = await silo.Submit();
        Assert.Equal(HttpStatusCode.NotFound, (await silo.Client.GetAsync($"/v1/videos/{mine}")).StatusCode);
        Assert.Equal(anns, (string?)Assert.Single((await silo.Client.GetFromJsonAsync<JsonObject>("/v1/videos"))!["data"]!.AsArray())!["id"]);
        await silo.Completed(anns);
        silo.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "bob-token-0123456789");
        foreach (string path in new[] { "", "/content", "/events" })
            Assert.Equal(HttpStatusCode.NotFound, (await silo.Client.GetAsync($"/v1/videos/{anns}{path}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await silo.Client.DeleteAsync($"/v1/videos/{anns}")).StatusCode);
        foreach (AuthenticationHeaderValue? wrong in new[] { null, new AuthenticationHeaderValue("Bearer", "ann-token-012345678"), new AuthenticationHeaderValue("Basic", Token), new AuthenticationHeaderValue("Bearer") })
        {
            silo.Client.DefaultRequestHeaders.Authorization = wrong;
            foreach (string path in new[] { "/v1/videos", "/v1/cards", "/metrics", "/openapi/v1.json", $"/v1/videos/{anns}/content" })
                await ApiTests.Problem(await silo.Client.GetAsync(path), HttpStatusCode.Unauthorized, "Bearer");
            Assert.Equal(HttpStatusCode.OK, (await silo.Client.GetAsync("/health/live")).StatusCode);
        }
    }

    [Fact]
    public async Task NoSecretIsSaid()
    {
        const string password = "the-password-of-the-database";
        await using (SiloProgram refused = await SiloProgram.Start(new SiloStart { Environment = new Dictionary<string, string> { ["OPENSORA_DATABASE"] = $"Host=127.0.0.1;Port=1;Username=me;Password={password}" } }))
        {
            await refused.Ended();
            Assert.Equal(2, refused.ExitCode);
            Assert.Contains("cannot be used", refused.Said);
            Assert.DoesNotContain(password, refused.Said);
        }
        await using SiloProgram silo = await SiloProgram.Start(new SiloStart { Environment = new Dictionary<string, string> { ["OPENSORA_TOKEN"] = Token, ["Logging__LogLevel__Default"] = "Trace" } });
        await silo.Completed(await silo.Submit());
        silo.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "a-wrong-token-of-somebody");
        await silo.Client.GetAsync("/v1/videos");
        await silo.Client.PostAsync("/v1/cards", new StringContent("{"));
        Assert.DoesNotContain(Token, silo.Said);
        Assert.DoesNotContain("a-wrong-token-of-somebody", silo.Said);
        Assert.DoesNotContain("a fake", silo.Said);
    }
}
