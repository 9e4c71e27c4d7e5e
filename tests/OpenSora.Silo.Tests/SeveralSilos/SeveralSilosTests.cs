using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using OpenSora.FakeCard;
using OpenSora.TestKit;

namespace OpenSora.Silo.Tests.SeveralSilos;

/// <summary>Silos that share a PostgreSQL database, a store and their cards.</summary>
[Collection(CalmSilo.Name)]
public sealed class SeveralSilosTests(PostgreSqlServer server, CalmSilo calm) : IClassFixture<PostgreSqlServer>
{
    private const string Token = "of these tests";

    private readonly string _database = server.NewDatabase();

    /// <summary>Work stands at its first step whenever a silo ends. Two of three end, each with the work that it has: one is killed, one stops.</summary>
    [Fact]
    public async Task WhenTheOneThatMakesItEndsAnotherGoesOn()
    {
        string expected = Hashes(await calm.Silo.Video(calm.Done));
        DirectoryInfo store = Directory.CreateTempSubdirectory("opensora-silos-test");
        try
        {
            await using SiloProgram first = await Start(store), second = await Start(store), third = await Start(store);
            List<SiloProgram> silos = [first, second, third];
            using Cards cards = new(2, _database);
            await third.UntilCards(2);
            List<string> made = [];
            while (silos.Count > 1)
            {
                // The one that is asked may be the one that ends.
                string id = await silos[0].Submit(key: $"{made.Count}");
                await silos[^1].Until(id, video => (int?)video["step"] == 1);
                SiloProgram maker = silos.Single(silo => Holds(silo, store));
                await (made.Count == 0 ? maker.Kill() : maker.Stop());
                silos.Remove(maker);
                Open(store);
                JsonObject video = await silos[^1].Completed(id);
                Assert.Equal(expected, Hashes(video));
                Assert.InRange((int)video["report"]!["recomputedSteps"]!, 0, 1);
                made.Add(id);
                Close(store);
            }
            for (int key = 0; key < made.Count; key++)
                Assert.Equal(made[key], await silos[0].Submit(key: $"{key}"));
            Assert.Equal(made.Count, (await silos[0].Client.GetFromJsonAsync<JsonObject>("/v1/videos"))!["data"]!.AsArray().Count);

            // Of what was begun, nothing is left: it was not begun anew beside it.
            string jobs = Path.Combine(store.FullName, "jobs");
            await SiloProgram.Until(() => Task.FromResult(!Directory.EnumerateDirectories(jobs).Any()), () => "jobs are left");
        }
        finally
        {
            store.Delete(recursive: true);
        }
    }

    /// <summary>Whether a silo is at a job.</summary>
    private static bool Holds(SiloProgram silo, DirectoryInfo store) => Directory.EnumerateFiles($"/proc/{silo.ProcessId}/fd")
        .Any(file => new FileInfo(file).LinkTarget is { } target && target.StartsWith(Path.Combine(store.FullName, "jobs"), StringComparison.Ordinal));

    [Fact]
    public async Task EachOfThemTellsHowAVideoComesOn()
    {
        DirectoryInfo store = Directory.CreateTempSubdirectory("opensora-silos-test");
        try
        {
            await using SiloProgram first = await Start(store), second = await Start(store);
            using Cards cards = new(1, _database);
            string id = await second.Submit();
            using StreamReader events = new(await second.Client.GetStreamAsync($"/v1/videos/{id}/events"));
            using CancellationTokenSource deadline = new(SiloProgram.Patience);
            while (!(await events.ReadLineAsync(deadline.Token))!.Contains("\"stage\":\"denoise\"", StringComparison.Ordinal))
            {
            }
            Open(store);
            Assert.Contains("\"status\":\"completed\"", await events.ReadToEndAsync(deadline.Token), StringComparison.Ordinal);
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
    public async Task ASecondServiceOfOneSqliteFileIsRefused()
    {
        DirectoryInfo store = Directory.CreateTempSubdirectory("opensora-silos-test");
        try
        {
            await using (SiloProgram first = await SiloProgram.Start(new SiloStart { Store = store.FullName, Cards = 0 }))
            {
                await using SiloProgram second = await SiloProgram.Start(new SiloStart { Store = store.FullName, Cards = 0 });
                await second.Ended();
                Assert.Equal(2, second.ExitCode);
                Assert.StartsWith($"opensora: --store {store.FullName}: another service", Assert.Single(second.Said.Split('\n')), StringComparison.Ordinal);
                await first.Kill();
            }
            await using SiloProgram third = await SiloProgram.Start(new SiloStart { Store = store.FullName, Cards = 0 });
            Assert.NotNull(third.Client.BaseAddress);
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
    [InlineData("--cards 2 --clustering postgres", "OPENSORA_TOKEN")]
    [InlineData("--silo-endpoint 0.0.0.0:1 --clustering postgres", "0.0.0.0:1")]
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

    [Fact]
    public async Task APortThatIsTakenIsRefused()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        await using SiloProgram silo = await SiloProgram.Start(new SiloStart
        {
            Cards = 0,
            More = ["--clustering", "postgres", "--silo-endpoint", $"{taken.LocalEndpoint}"],
            Environment = new Dictionary<string, string> { ["OPENSORA_DATABASE"] = _database, ["OPENSORA_TOKEN"] = Token },
        });
        await silo.Ended();
        Assert.Equal(2, silo.ExitCode);
        Assert.Contains($"{taken.LocalEndpoint}", silo.Said, StringComparison.Ordinal);
    }

    /// <summary>Its cards are given time: what is tested here is that a silo is missed.</summary>
    private Task<SiloProgram> Start(DirectoryInfo store) => SiloProgram.Start(new SiloStart
    {
        Store = store.FullName,
        Cards = 0,
        Settings = new FakeSettings { Gate = SiloProgram.Gate },
        More = ["--clustering", "postgres"],
        Environment = new Dictionary<string, string>
        {
            ["OPENSORA_DATABASE"] = _database,
            ["OPENSORA_TOKEN"] = Token,
            ["OPENSORA_CLUSTER_SILENCE"] = "60",
            ["OPENSORA_CLUSTER_REPLY_SILENCE"] = "60",
        },
    });

    private static void Open(DirectoryInfo store) => File.WriteAllText(GateOf(store), "");

    private static void Close(DirectoryInfo store) => File.Delete(GateOf(store));

    private static string GateOf(DirectoryInfo store) => Path.Combine(store.FullName, "marks", SiloProgram.Gate);

    private static string Hashes(JsonObject video) => video["report"]!["sha256"]!.ToJsonString();

    /// <summary>Cards of the cluster that the database knows.</summary>
    private sealed class Cards : IDisposable
    {
        private readonly Process[] _all;

        public Cards(int count, string database) => _all = [.. Enumerable.Range(0, count).Select(i => Process.Start(new ProcessStartInfo(
            SiloProgram.Of("FakeCard"), [$"card-{i}", "--clustering", "postgres", "--leash"])
        { RedirectStandardInput = true, Environment = { ["OPENSORA_TOKEN"] = Token, ["OPENSORA_DATABASE"] = database } })!)];

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
