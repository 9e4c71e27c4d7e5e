namespace OpenSora.Silo.Tests;

/// <summary>A silo with the token of a cluster, that of a user, and two cards.</summary>
public sealed class GuardedSilo : IAsyncLifetime
{
    public const string Token = "the-token-of-the-cluster", Anns = "ann-token-0123456789";

    internal SiloProgram Silo { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, $"ann {Anns}\n");
        Silo = await SiloProgram.Start(new SiloStart
        {
            Cards = 2,
            Environment = new Dictionary<string, string> { ["OPENSORA_TOKEN"] = Token, ["OPENSORA_API_TOKENS_FILE"] = file },
        });
        File.Delete(file);
    }

    public async Task DisposeAsync() => await Silo.DisposeAsync();
}
