using System.Diagnostics;
using OpenSora.TestKit;

namespace OpenSora.Silo.Tests.OpenAi;

/// <summary>
/// The official npm client of OpenAI's API against a service. It needs Node.js 20 or later with npm, and fetches the package that
/// package-lock.json names; where there is no Node.js nothing is tried, and <see cref="RecordedRequestsTests"/> has what the client sends.
/// </summary>
[Collection(CalmSilo.Name)]
public sealed class OpenAiClientTests(CalmSilo calm)
{
    private static readonly string Sources = Path.Combine(Repository.Root, "tests", "OpenSora.Silo.Tests", "OpenAi");

    [Fact]
    public async Task TheClientFindsAllThatItKnows()
    {
        if (await Run("node", "--version") is not { } version || !int.TryParse(version.TrimStart('v').Split('.')[0], out int major) || major < 20)
            return;
        string folder = Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts", "openai-client")).FullName;
        foreach (string file in new[] { "package.json", "package-lock.json", "client.mjs" })
            File.Copy(Path.Combine(Sources, file), Path.Combine(folder, file), overwrite: true);
        if (!File.Exists(Path.Combine(folder, "node_modules", "openai", "package.json")))
            Assert.NotNull(await Run("npm", "ci", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts"));
        Assert.NotNull(await Run("node", Path.Combine(folder, "client.mjs"), calm.Silo.Client.BaseAddress!.GetLeftPart(UriPartial.Authority)));
    }

    /// <returns>What it wrote; null when there is no such program.</returns>
    private static async Task<string?> Run(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
        using (process)
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync().WaitAsync(SiloProgram.Patience);
            Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await output}{await errors}");
            return await output;
        }
    }
}
