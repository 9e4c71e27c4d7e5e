using System.Text.Json;
using OpenSora.Contracts;
using OpenSora.Contracts.Generation;

namespace OpenSora.FakeCard;

/// <summary>What a test wants of fake cards; it lies in the transformer's folder, which is the demo model's but for that.</summary>
public sealed record FakeSettings
{
    /// <summary>Time of a step. Default: 0.</summary>
    public int StepMilliseconds { get; init; }

    /// <summary>Time of a chunk. Default: 0.</summary>
    public int ChunkMilliseconds { get; init; }

    /// <summary>From the second step on, cards wait until the folder of marks holds a file of this name. Default: none.</summary>
    public string Gate { get; init; } = "";

    /// <summary>Where a fault that has happened leaves a mark, so that it does so once; an existing folder.</summary>
    public string Marks { get; init; } = "";

    public IReadOnlyList<Fault> Faults { get; init; } = [];

    private const string FileName = "fake.json", ConfigName = "config.json";

    public static FakeSettings Of(GenerationRequest request) =>
        request.Models.Dit is { } folder ? JsonSerializer.Deserialize<FakeSettings>(File.ReadAllBytes(Path.Combine(folder, FileName)))! : new FakeSettings();

    /// <summary>Model folders with these settings; that of the transformer is made in <see cref="Marks"/>.</summary>
    public ModelFolders ToModels()
    {
        string demo = Installation.Models!, dit = Directory.CreateDirectory(Path.Combine(Marks, "dit")).FullName;
        File.Copy(Path.Combine(demo, "dit", ConfigName), Path.Combine(dit, ConfigName), overwrite: true);
        File.WriteAllBytes(Path.Combine(dit, FileName), JsonSerializer.SerializeToUtf8Bytes(this));
        return new ModelFolders { Dit = dit, T5 = Path.Combine(demo, "t5"), Vae2d = Path.Combine(demo, "vae2d"), Vae3d = Path.Combine(demo, "vae3d") };
    }
}

/// <summary>Something that goes wrong, once.</summary>
/// <param name="Card">The card's name; empty for whichever comes there first.</param>
/// <param name="Place">step, chunk, text, start, load or reference.</param>
/// <param name="Index">Of the step (from 1) or the chunk (from 0); -1 for any.</param>
/// <param name="When">before (it is computed), during (half of it is sent) or after (it is sent); flip: one bit of it is another one.</param>
/// <param name="Kind">kill, freeze, drop, corrupt, delay, fail, accuse or leave; of a flip once, or always.</param>
public sealed record Fault(string Card, string Place, int Index, string When, string Kind);
