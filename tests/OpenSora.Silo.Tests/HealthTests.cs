using System.Diagnostics;
using System.Net;
using OpenSora.TestKit;

namespace OpenSora.Silo.Tests;

public sealed class HealthTests
{
    [Fact]
    public async Task LivesAndIsNotReadyWithoutCards()
    {
        string configuration = Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/'));
        string program = Path.Combine(Repository.Root, "artifacts", "bin", "OpenSora.Silo", configuration, "OpenSora.Silo");
        using Process silo = Process.Start(new ProcessStartInfo(program, ["--urls", "http://127.0.0.1:0"]) { RedirectStandardOutput = true })!;
        try
        {
            string? address = null;
            while (address is null && await silo.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1)) is { } line)
                address = line.Contains("listening on: ", StringComparison.Ordinal) ? line[(line.IndexOf("http", StringComparison.Ordinal))..] : null;
            using HttpClient client = new() { BaseAddress = new Uri(address!) };
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/live")).StatusCode);
            using HttpResponseMessage ready = await client.GetAsync("/health/ready");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
            Assert.Contains("no card", await ready.Content.ReadAsStringAsync());
        }
        finally
        {
            silo.Kill();
        }
    }
}
