using System.Text.Json;
using OpenSora.Contracts.Generation;

namespace OpenSora.FakeCard;

/// <summary>What a test wants of fake cards; it travels in the request, in the place of the transformer's folder.</summary>
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

    public static FakeSettings Of(GenerationRequest request) =>
        request.Models.Dit is { } json ? JsonSerializer.Deserialize<FakeSettings>(json)! : new FakeSettings();

    public ModelFolders ToModels() => new() { Dit = JsonSerializer.Serialize(this) };
}

/// <summary>Something that goes wrong, once.</summary>
/// <param name="Card">The card's name; empty for whichever comes there first.</param>
/// <param name="Place">step, chunk, text, start, finish, plan, load or reference.</param>
/// <param name="Index">Of the step (from 1) or the chunk (from 0); -1 for any.</param>
/// <param name="When">before (it is computed), during (half of it is sent) or after (it is sent).</param>
/// <param name="Kind">kill, freeze, drop, corrupt, delay, fail, accuse or leave.</param>
public sealed record Fault(string Card, string Place, int Index, string When, string Kind);
