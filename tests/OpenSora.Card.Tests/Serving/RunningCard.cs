using System.Diagnostics;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Generation;
using OpenSora.Hosting.Cards;
using OpenSora.TestKit;

namespace OpenSora.Card.Tests.Serving;

/// <summary>A card as a process of its own, in the cluster of a <see cref="Coordinator"/>.</summary>
internal sealed class RunningCard : IAsyncDisposable
{
    public const string Token = "a token of many letters for tests";

    private static long s_epoch;

    private RunningCard(Process process, Coordinator coordinator, CardDescription description) => (Process, Coordinator, Description) = (process, coordinator, description);

    public Process Process { get; }

    public Coordinator Coordinator { get; }

    public CardDescription Description { get; }

    public static async Task<RunningCard> Start(string name = "card-0", string? faults = null, string links = "tcp:127.0.0.1:0")
    {
        Coordinator coordinator = await Coordinator.Start();
        Process process = Launch([name, "--device", "cpu", "--threads", "1", "--join", $"{coordinator.Place.Endpoint}", "--links", links, "--leash"], faults);
        await coordinator.Joined(name);
        return new RunningCard(process, coordinator, await coordinator.Grains.GetGrain<ICardGrain>(name).Describe());
    }

    public static Process Launch(string[] arguments, string? faults = null, string token = Token)
    {
        string program = Path.Combine(Repository.Root, "artifacts", "bin", "OpenSora.Card", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "OpenSora.Card");
        ProcessStartInfo start = new(program, arguments) { RedirectStandardInput = true, RedirectStandardError = true };
        start.Environment[CardProtocol.TokenVariable] = token;
        start.Environment["OPENSORA_HOME"] = Repository.Root;
        if (faults is not null)
            start.Environment["OPENSORA_FAULTS"] = faults;
        return Process.Start(start)!;
    }

    /// <summary>Asks for a task; the answer is not read yet.</summary>
    public Asked Ask(CardTask task, IReadOnlyList<ReadOnlyMemory<byte>> parts, params IReadOnlyList<RgbImage> frames) =>
        new(Coordinator, Description, task, parts, frames, Interlocked.Increment(ref s_epoch));

    /// <summary>Does a task; the replies in order, signs of life left out.</summary>
    public async Task<List<Reply>> Do(CardTask task, params IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        await using Asked asked = Ask(task, parts);
        return await asked.Rest();
    }

    /// <summary>A denoise on this card alone that is under way.</summary>
    public async Task<Asked> Denoise(GenerationRequest request)
    {
        Reply text = (await Do(DemoTokens.Encode("a red ball") with { Job = "job", Request = request }))[^1];
        Reply start = (await Do(new StartTask(0, [new StartOfVideo("", [])], HasNoise: false) { Job = "job", Request = request }, ReadOnlyMemory<byte>.Empty))[^1];
        DenoiseTask task = new()
        {
            Job = "job",
            Request = request,
            Epoch = 1,
            Rank = 0,
            Links = [Description.Links],
            Loop = 0,
            FirstStep = 0,
            EditRatios = ((Started)start.Header).EditRatios,
            Prompts = ((TextEncoded)text.Header).Prompts,
        };
        return Ask(task, [.. start.Parts, .. text.Parts]);
    }

    public Task<CardHealth> Health() => Coordinator.Grains.GetGrain<ICardGrain>(Description.Name).Health();

    public async ValueTask DisposeAsync()
    {
        if (!Process.HasExited)
            Process.Kill();
        Process.Dispose();
        await Coordinator.DeclareDead(SiloAddress.FromParsableString(Description.Instance));
        await Coordinator.DisposeAsync();
    }
}
