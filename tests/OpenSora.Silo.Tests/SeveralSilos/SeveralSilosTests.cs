using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using OpenSora.FakeCard;
using OpenSora.TestKit;

namespace OpenSora.Silo.Tests.SeveralSilos;

/// <summary>Silos on the Orleans packages that share a PostgreSQL database, a store and their cards.</summary>
public sealed class SeveralSilosTests(PostgreSqlServer server) : IClassFixture<PostgreSqlServer>
{
    private const string Token = "of these tests";

    private readonly string _database = server.NewDatabase();

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task WhenTheOneWithTheCardsEndsAnotherGoesOn(bool isKilled, bool isAskedFirst)
    {
        string expected;
        await using (SiloProgram alone = await SiloProgram.Start())
            expected = Hashes(await alone.Completed(await alone.Submit()));
        DirectoryInfo store = Directory.CreateTempSubdirectory("opensora-silos-test");
        try
        {
            await using SiloProgram first = await Start(store), second = await Start(store), third = await Start(store);
            using Cards cards = new(2, first, second, third);
            SiloProgram asked = isAskedFirst ? first : third;
            string id = await asked.Submit();
            await third.Until(id, video => (int?)video["step"] >= 2);
            Assert.Equal(2, (await third.Client.GetFromJsonAsync<JsonObject>("/v1/cards"))!["data"]!.AsArray().Count);
            await End(first);
            JsonObject made = await third.Completed(id);
            Assert.Equal(expected, Hashes(made));
            Assert.InRange((int)made["report"]!["recomputedSteps"]!, 0, 1);

            // And again, with what is asked for after the first one was killed.
            string other = await third.Submit(key: "once");
            await third.Until(other, video => (int?)video["step"] >= 1);
            await End(second);
            Assert.Equal(expected, Hashes(await third.Completed(other)));
            Assert.Equal(other, await third.Submit(key: "once"));
            Assert.Equal(2, (await third.Client.GetFromJsonAsync<JsonObject>("/v1/videos"))!["data"]!.AsArray().Count);
            string jobs = Path.Combine(store.FullName, "jobs");
            for (int wait = 0; wait < 100 && Directory.EnumerateDirectories(jobs).Any(); wait++)
                await Task.Delay(50);
            Assert.Empty(Directory.EnumerateDirectories(jobs)); // nothing was begun anew
            Assert.Empty(Directory.EnumerateDirectories(Path.Combine(store.FullName, "jobs")));
        }
        finally
        {
            store.Delete(recursive: true);
        }

        Task End(SiloProgram silo) => isKilled ? silo.Kill() : silo.Stop();
    }

    [Fact]
    public async Task EachOfThemTellsHowAVideoComesOn()
    {
        DirectoryInfo store = Directory.CreateTempSubdirectory("opensora-silos-test");
        try
        {
            await using SiloProgram first = await Start(store), second = await Start(store);
            using Cards cards = new(1, first, second);
            string id = await second.Submit();
            using Stream events = await second.Client.GetStreamAsync($"/v1/videos/{id}/events");
            string told = await new StreamReader(events).ReadToEndAsync();
            Assert.Contains("\"status\":\"completed\"", told, StringComparison.Ordinal);
            Assert.Contains("\"stage\":\"denoise\"", told, StringComparison.Ordinal);
            Assert.NotEmpty(await second.Client.GetByteArrayAsync($"/v1/videos/{id}/content"));
            using HttpResponseMessage deleted = await first.Client.DeleteAsync($"/v1/videos/{id}");
            Assert.True(deleted.IsSuccessStatusCode);
            Assert.Empty((await second.Client.GetFromJsonAsync<JsonObject>("/v1/videos"))!["data"]!.AsArray());
        }
        finally
        {
            store.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task ASiloWithAnotherStoreIsRefused()
    {
        DirectoryInfo store = Directory.CreateTempSubdirectory("opensora-silos-test"), other = Directory.CreateTempSubdirectory("opensora-silos-test");
        try
        {
            await using SiloProgram first = await Start(store), second = await Start(other);
            await second.Ended();
            Assert.Equal(2, second.ExitCode);
            Assert.Contains("share", second.Said, StringComparison.Ordinal);
        }
        finally
        {
            store.Delete(recursive: true);
            other.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("--cards 2 --clustering postgres", "--cards 2")]
    [InlineData("--silo-endpoint 0.0.0.0:1 --clustering postgres", "0.0.0.0:1")]
    [InlineData("--silo-endpoint 127.0.0.1:1", "--clustering postgres")]
    public async Task WhatCannotWorkIsRefused(string flags, string word)
    {
        await using SiloProgram silo = await SiloProgram.Start(new SiloStart
        {
            Cards = null,
            More = flags.Split(' '),
            Environment = new Dictionary<string, string> { ["OPENSORA_DATABASE"] = _database },
        });
        await silo.Ended();
        Assert.Equal(2, silo.ExitCode);
        Assert.Contains(word, silo.Said, StringComparison.Ordinal);
    }

    private Task<SiloProgram> Start(DirectoryInfo store) => SiloProgram.Start(new SiloStart
    {
        Store = store.FullName,
        Cards = 0,
        Settings = new FakeSettings { StepMilliseconds = 400 },
        More = ["--clustering", "postgres"],
        Environment = new Dictionary<string, string> { ["OPENSORA_DATABASE"] = _database, ["OPENSORA_TOKEN"] = Token },
    });

    private static string Hashes(JsonObject video) => video["report"]!["sha256"]!.ToJsonString();

    /// <summary>Cards that know all silos.</summary>
    private sealed class Cards : IDisposable
    {
        private readonly Process[] _all;

        public Cards(int count, params SiloProgram[] silos) => _all = [.. Enumerable.Range(0, count).Select(i => Process.Start(new ProcessStartInfo(
            SiloProgram.Of("FakeCard"), [$"card-{i}", "--join", string.Join(',', silos.Select(silo => silo.Client.BaseAddress!.ToString().TrimEnd('/'))), "--leash"])
        { RedirectStandardInput = true, Environment = { ["OPENSORA_TOKEN"] = Token } })!)];

        public void Dispose()
        {
            foreach (Process card in _all)
            {
                card.Kill();
                card.Dispose();
            }
        }
    }
}
