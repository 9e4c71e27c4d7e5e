using System.Diagnostics;
using OpenSora.TestKit;

namespace TorchSharp.Tests;

/// <summary>The test card against the host, operator by operator: only when this holds does "same as cpu" mean anything elsewhere.</summary>
public class TestCardSelfTests
{
    [Theory]
    [InlineData("operators")]
    [InlineData("operators", "TESTCARD_STRICT_MEMORY=1")]
    [InlineData("rules")]
    [InlineData("rules", "TESTCARD_STRICT_MEMORY=1")]
    [InlineData("memory", "TESTCARD_MEMORY_BYTES=1048576")]
    [InlineData("failure", "TESTCARD_FAIL_AFTER=5")]
    public async Task Holds(string what, string setting = "TESTCARD_COUNT=2")
    {
        ProcessStartInfo start = new(TestCard.SelfTest, [TestCard.Library, what]) { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] variable = setting.Split('=');
        start.Environment[variable[0]] = variable[1];
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource deadline = new(TimeSpan.FromMinutes(5));
        await process.WaitForExitAsync(deadline.Token);
        Assert.True(process.ExitCode == 0, $"{await output}{await errors}");
        Assert.EndsWith(" checks, 0 failed\n", await output);
    }
}
