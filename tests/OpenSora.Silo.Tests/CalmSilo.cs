using OpenSora.FakeCard;

namespace OpenSora.Silo.Tests;

/// <summary>A silo in which nothing goes wrong, for all tests that need no other. Its gate is open.</summary>
[CollectionDefinition(Name)]
public sealed class CalmSilo : IAsyncLifetime, ICollectionFixture<CalmSilo>
{
    public const string Name = "calm silo";

    internal SiloProgram Silo { get; private set; } = null!;

    /// <summary>A completed video.</summary>
    public string Done { get; private set; } = "";

    public async Task InitializeAsync()
    {
        Silo = await SiloProgram.Start(new SiloStart { More = ["--most-upload", "1"], Settings = new FakeSettings { Gate = SiloProgram.Gate } });
        Silo.OpenGate();
        Done = await Silo.Submit();
        await Silo.Completed(Done);
    }

    public async Task DisposeAsync() => await Silo.DisposeAsync();
}
