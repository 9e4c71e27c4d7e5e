using System.Net.Http.Json;
using System.Text.Json.Nodes;
using OpenSora.TestKit;
using Xunit.Abstractions;

namespace OpenSora.Silo.Tests;

/// <summary>
/// The silo is killed where something becomes durable, at every fifth such point or with <see cref="Thorough"/> at each; started again, it ends
/// what it was asked for, once.
/// </summary>
[Collection(CalmSilo.Name)]
public sealed class CrashTests(CalmSilo calm, ITestOutputHelper output)
{
    private const int AtATime = 4;

    private static readonly int Every = Thorough.IsAsked ? 1 : 5;

    [Fact]
    public async Task AtEveryWriteNothingIsLostAndNothingIsDoneTwice()
    {
        string expected = Hashes(await calm.Silo.Video(calm.Done));
        int points = 0;
        for (int first = 1; ; first += AtATime * Every)
        {
            bool[] crashed = await Task.WhenAll(Enumerable.Range(0, AtATime).Select(next => CrashAt(first + (next * Every), expected)));
            points += crashed.Count(one => one);
            if (!crashed.All(one => one))
                break;
        }
        output.WriteLine($"{points} points");
        Assert.True(points * Every >= 25, $"only {points} points were passed");
    }

    /// <returns>Whether the point was reached.</returns>
    private static async Task<bool> CrashAt(int point, string expected)
    {
        DirectoryInfo store = Directory.CreateTempSubdirectory("opensora-crash-test");
        try
        {
            const string key = "the same";
            bool crashed = false;
            await using (SiloProgram silo = await SiloProgram.Start(new SiloStart { Store = store.FullName, Environment = new Dictionary<string, string> { ["OPENSORA_CRASH_AT"] = $"{point}" } }))
            {
                try
                {
                    if (silo.Client.BaseAddress is not null)
                        await silo.Completed(await silo.Submit(key: key));
                    // The job's own folder goes after the video is known to be completed.
                    await Task.Delay(200);
                }
                catch (Exception gone) when (gone is HttpRequestException or IOException or TaskCanceledException)
                {
                }
                crashed = silo.Client.BaseAddress is null || !await Lives(silo);
            }
            await using SiloProgram again = await SiloProgram.Start(new SiloStart { Store = store.FullName });
            string id = await again.Submit(key: key);
            Assert.Equal(expected, Hashes(await again.Completed(id)));
            JsonArray all = (await again.Client.GetFromJsonAsync<JsonObject>("/v1/videos"))!["data"]!.AsArray();
            Assert.Equal(id, (string?)Assert.Single(all)!["id"]);
            for (int wait = 0; wait < 100 && Directory.EnumerateDirectories(Path.Combine(store.FullName, "jobs")).Any(); wait++)
                await Task.Delay(50);
            Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(store.FullName, "jobs")));
            Assert.Equal([Path.Combine(store.FullName, "videos", id, "video_0000.mp4")], Directory.GetFiles(Path.Combine(store.FullName, "videos"), "*", SearchOption.AllDirectories));
            return crashed;
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"after a crash at point {point}: {failure.Message}", failure);
        }
        finally
        {
            store.Delete(recursive: true);
        }
    }

    private static async Task<bool> Lives(SiloProgram silo)
    {
        try
        {
            return (await silo.Client.GetAsync("/health/live")).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static string Hashes(JsonObject video) => video["report"]!["sha256"]!.ToJsonString();
}
