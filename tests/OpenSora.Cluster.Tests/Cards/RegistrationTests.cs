using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using OpenSora.Contracts.Cards;

namespace OpenSora.Cluster.Tests.Cards;

/// <summary>The registration over HTTP: who is let in, and what the others are told.</summary>
public sealed class RegistrationTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a secret of the test")]
    [InlineData("a secret of the testS")]
    [InlineData("a secret of the tests.")]
    public async Task WithoutTheTokenNobodyIsLetInAndItIsCounted(string? token)
    {
        await using TestCluster cluster = await TestCluster.Start(0);
        using HttpClient client = Client(cluster, token);
        using HttpResponseMessage answer = await client.PostAsJsonAsync("v1/cards", CardDirectoryTests.Registration("a", "1"), CardsJson.Default.CardRegistration);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("OPENSORA_TOKEN", await answer.Content.ReadAsStringAsync());
        Assert.Empty(cluster.Directory.Cards);
        Assert.Equal(1, cluster.Directory.RefusedTokens);
    }

    [Fact]
    public async Task EachReceptionHasItsStatus()
    {
        await using TestCluster cluster = await TestCluster.Start(0);
        using HttpClient client = Client(cluster, TestCluster.Token);
        CardRegistration first = CardDirectoryTests.Registration("a", "1");
        Assert.Equal(HttpStatusCode.NotFound, await Beat("1"));
        Assert.Equal(HttpStatusCode.UpgradeRequired, await Register(first with { Protocol = 99 }));
        Assert.Equal(HttpStatusCode.OK, await Register(first));
        Assert.Equal(HttpStatusCode.OK, await Beat("1"));
        Assert.Equal(HttpStatusCode.OK, await Register(first with { Instance = "2" }));
        Assert.Equal(HttpStatusCode.Conflict, await Beat("1"));
        Assert.Equal(HttpStatusCode.Conflict, await Register(first));
        Assert.Equal(HttpStatusCode.OK, await Beat("2"));
        (await client.DeleteAsync("v1/cards/a?instance=1")).EnsureSuccessStatusCode();
        Assert.Single(cluster.Directory.Cards);
        (await client.DeleteAsync("v1/cards/a?instance=2")).EnsureSuccessStatusCode();
        Assert.Empty(cluster.Directory.Cards);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.PostAsync("v1/cards", new StringContent("{"))).StatusCode);

        async Task<HttpStatusCode> Register(CardRegistration card) => (await client.PostAsJsonAsync("v1/cards", card, CardsJson.Default.CardRegistration)).StatusCode;

        async Task<HttpStatusCode> Beat(string instance) =>
            (await client.PostAsJsonAsync("v1/cards/a/heartbeat", new CardHeartbeat(instance, CardState.Idle, 0), CardsJson.Default.CardHeartbeat)).StatusCode;
    }

    [Fact]
    public async Task ACardOfAnotherProtocolEnds()
    {
        await using TestCluster cluster = await TestCluster.Start(0);
        using System.Diagnostics.Process card = cluster.StartCard("other", "--protocol", "7");
        await card.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(4, card.ExitCode);
        Assert.Empty(cluster.Directory.Cards);
    }

    private static HttpClient Client(TestCluster cluster, string? token)
    {
        HttpClient client = new() { BaseAddress = cluster.Host.Address };
        if (token is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }
}
