using System.Diagnostics;
using OpenSora.TestKit;

namespace OpenSora.Client.Tests;

/// <summary>Standard streams that are closed, or go to a disk that is full. <c>/dev/full</c> is one for every write.</summary>
public sealed class StreamsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string[] Image => ["generate", "--prompt", "a", "--num-sampling-steps", "1", "--num-frames", "1", "--image-size", "64", "64", "--save-dir", _folder.Path, "--device", "cpu", "--threads", "1"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("2>/dev/full")]
    [InlineData("2>&-")]
    public async Task WithoutStandardErrorTheImageIsMade(string streams)
    {
        (int code, string output, _) = await Run(streams, Image);
        Assert.Equal((0, _folder["sample_0000.png"]), (code, output.TrimEnd()));
        Assert.Equal(["sample_0000.png"], _folder.Files);
    }

    [Fact]
    public async Task WithoutStandardErrorARefusalIsOneAll() => Assert.Equal(2, (await Run("2>/dev/full", ["generate"])).Code);

    [Theory]
    [InlineData(">/dev/full", "plan", "--json")]
    [InlineData(">/dev/full", "generate", "-h")]
    [InlineData(">&-", "plan", "--model", "full")]
    public async Task DataThatIsLostIsTold(string streams, params string[] line)
    {
        (int code, _, string errors) = await Run(streams, line);
        Assert.Equal(4, code);
        Assert.StartsWith("opensora: standard output cannot be written to (", errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task PromptsDoNotComeOverAStreamThatIsClosed()
    {
        (int code, _, string errors) = await Run("<&-", ["generate", "--prompt-path", "-"]);
        Assert.Equal(2, code);
        Assert.Contains("--prompt-path -: standard input is closed", errors, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Errors)> Run(string streams, string[] line)
    {
        using Process process = ClientProgram.StartWithin(["sh", "-c", $"exec \"$@\" {streams}", "sh"], line, ClientProgram.Patient);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
        return (process.ExitCode, await output, await errors);
    }
}
