using OpenSora.TestKit;

namespace OpenSora.Silo.Tests.OneSilo;

/// <summary>What only a build with the Orleans packages can do is refused in words.</summary>
public sealed class RefusalTests
{
    [Theory]
    [InlineData("postgres", "OrleansRuntime=package")]
    [InlineData("kubernetes", "OrleansRuntime=package")]
    public async Task SeveralSilosNeedThePackages(string clustering, string word)
    {
        using PostgreSqlServer server = new();
        await using SiloProgram silo = await SiloProgram.Start(new SiloStart
        {
            Cards = 0,
            More = ["--clustering", clustering],
            Environment = new Dictionary<string, string> { ["OPENSORA_DATABASE"] = server.NewDatabase() },
        });
        await silo.Ended();
        Assert.Equal(2, silo.ExitCode);
        Assert.Contains(word, silo.Said, StringComparison.Ordinal);
    }
}
