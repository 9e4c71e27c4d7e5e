using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Hosting;
using OpenSora.Hosting.Cards;
using OpenSora.Links;
using Orleans.Concurrency;
using Orleans.GrainDirectory;

namespace OpenSora.FakeCard;

/// <summary>What fake ranks say to each other in the place of tokens.</summary>
[Alias("opensora.fake-rank")]
public interface IFakeRank : IGrainWithStringKey
{
    /// <summary>Waits until the rank has come to a step of an epoch; false when the epoch is over there.</summary>
    [Alias("await"), ResponseTimeout("01:00:00")]
    Task<bool> Await(long epoch, int step, CancellationToken cancel);
}

/// <summary>The real grain's calls and links, with arithmetic behind them.</summary>
[OnItsCard, GrainDirectory(PlacedGrains.Name), Reentrant, KeepAlive]
internal sealed class FakeCardGrain(FakeCard card) : Grain, ICardGrain, IFakeRank
{
    public Task<CardDescription> Describe() => Task.FromResult(card.Description);

    public Task<CardHealth> Health() => Task.FromResult(new CardHealth(card.Description.Instance, card.Parts.Desk.State, 0, 0));

    public Task<bool> Await(long epoch, int step, CancellationToken cancel) => card.Parts.State.Await(epoch, step, cancel);

    public IAsyncEnumerable<CardAnswer> Load(CardCall call, LoadTask task, CancellationToken cancel) => card.Run(call, task, cancel);

    public IAsyncEnumerable<CardAnswer> EncodeText(CardCall call, EncodeTextTask task, CancellationToken cancel) => card.Run(call, task, cancel);

    public IAsyncEnumerable<CardAnswer> EncodeReference(CardCall call, EncodeReferenceTask task, CancellationToken cancel) => card.Run(call, task, cancel);

    public IAsyncEnumerable<CardAnswer> Start(CardCall call, StartTask task, CancellationToken cancel) => card.Run(call, task, cancel);

    public IAsyncEnumerable<CardAnswer> Denoise(CardCall call, DenoiseTask task, CancellationToken cancel) => card.Run(call, task, cancel);

    public IAsyncEnumerable<CardAnswer> Decode(CardCall call, DecodeTask task, CancellationToken cancel) => card.Run(call, task, cancel);
}

/// <summary>What the card is made of, for the life of its process.</summary>
/// <param name="Description">All but the instance, which is that of the silo.</param>
internal sealed record FakeParts(CardDesk Desk, FakeState State, LinkListener Listener, CardDescription Description);

/// <summary>The card as its grain sees it.</summary>
internal sealed class FakeCard
{
    private readonly IGrainFactory _grains;
    private readonly CardCalls _calls;
    private BreakableStream? _stream;

    public FakeCard(FakeParts parts, IGrainFactory grains, ILocalSiloDetails silo, IClusterMembershipService membership)
    {
        (Parts, _grains, Description) = (parts, grains, parts.Description with { Instance = silo.SiloAddress.ToParsableString() });
        _calls = new CardCalls(
            Description.Instance, parts.Desk, parts.Listener, new LinkOptions { Silence = TimeSpan.FromMinutes(10), Joining = TimeSpan.FromMinutes(10) },
            address => membership.CurrentSnapshot.GetSiloStatus(address) == SiloStatus.Dead, () => 0, stream => _stream = new BreakableStream(stream));
    }

    public FakeParts Parts { get; }

    public CardDescription Description { get; }

    public IAsyncEnumerable<CardAnswer> Run(CardCall call, CardTask task, CancellationToken cancel) =>
        _calls.Run(call, (exchange, parts, stop) => Work(task, exchange, parts, stop), cancel);

    private async Task Work(CardTask task, CardExchange exchange, IReadOnlyList<Part> parts, CancellationToken cancel)
    {
        Faults faults = new(FakeSettings.Of(task.Request), Parts.State, exchange, _stream!, cancel);
        int end = -1;
        try
        {
            await new FakeTasks(task, [.. parts.Select(part => part.Bytes)], exchange, Parts.State, faults, _grains, cancel).Run();
            end = int.MaxValue;
        }
        catch (PeerLostException lost)
        {
            exchange.Send(new TaskFailed(ExitCode.CardFailure, $"rank {lost.Rank} is gone: {lost.Message}", lost.Rank), [], cancel);
        }
        catch (AccusationException)
        {
            exchange.Send(new TaskFailed(ExitCode.CardFailure, "the next rank said something odd", ((DenoiseTask)task).Links.Count - 1 - ((DenoiseTask)task).Rank), [], cancel);
        }
        catch (CardException failure)
        {
            exchange.Send(new TaskFailed(ExitCode.CardFailure, failure.Message), [], cancel);
        }
        catch (InputException failure)
        {
            exchange.Send(new TaskFailed(ExitCode.BadInput, failure.Message), [], cancel);
        }
        finally
        {
            Parts.State.Reach(end);
        }
    }
}

internal static class FakeLinks
{
    /// <summary>Where a fake card listens: a socket that tells its name.</summary>
    public static string Of(string name) => $"unix:{Path.Combine(Path.GetTempPath(), $"fake-{Environment.ProcessId}-{name}")}";

    public static string NameOf(string links) => Path.GetFileName(links["unix:".Length..]).Split('-', 3)[2];
}
