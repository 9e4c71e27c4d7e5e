using System.Diagnostics;
using System.Net;
using OpenSora.Card.Faults;
using OpenSora.Card.Tasks;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Clips;
using OpenSora.Hosting.Cards;
using OpenSora.Links;

namespace OpenSora.Card.Serving;

/// <summary>What a card is made of, for the life of its process.</summary>
/// <param name="Listener">Where other cards of a gang connect, and coordinators for the tensors of a call.</param>
internal sealed record CardParts(CardOptions Options, CardDevice Device, TorchThread Torch, CardDesk Desk, LinkListener Listener, FaultPlan Faults)
{
    public ModelShelf Shelf { get; } = new(Device);

    public LinkOptions Links { get; } = new() { Tls = Options.Tls };

    public byte[] Token { get; } = System.Text.Encoding.UTF8.GetBytes(Options.Token);
}

/// <summary>The card as its grain sees it: one task at a time, on the thread that computes.</summary>
internal sealed class CardService
{
    private readonly CardParts _parts;
    private readonly CardCalls _calls;

    public CardService(CardParts parts, ILocalSiloDetails silo, IClusterMembershipService membership)
    {
        (_parts, Description) = (parts, Describe(parts, silo));
        _calls = new CardCalls(
            Description.Instance, parts.Desk, parts.Listener, parts.Links, address => membership.CurrentSnapshot.GetSiloStatus(address) == SiloStatus.Dead,
            () => parts.Device.Memory.FreeBytes);
    }

    public CardDescription Description { get; }

    public CardHealth Health => new(
        Description.Instance, _parts.Desk.State, _parts.Device.Memory.FreeBytes,
        _parts.Listener.WrongTokens + _parts.Listener.WrongProtocols + _parts.Listener.WrongEpochs + _parts.Listener.NoMembers + _parts.Listener.NoGreetings);

    public IAsyncEnumerable<CardAnswer> Run(CardCall call, CardTask task, CancellationToken cancel)
    {
        ActivityContext parent = Activity.Current?.Context ?? default;
        return _calls.Run(call, (exchange, parts, stop) => _parts.Torch.Run(() => Run(task, exchange, parts, parent, stop)), cancel);
    }

    private bool Run(CardTask task, CardExchange exchange, IReadOnlyList<Part> parts, ActivityContext parent, CancellationToken cancel)
    {
        TaskResult result = CardTasks.Run(new TaskContext(
            task, [.. parts.Select(part => part.Bytes)], Frames(task, exchange, cancel), (reply, sent) => exchange.Send(reply, [.. sent.Select(Part.Of)], cancel),
            _parts.Device, _parts.Shelf, _parts.Listener, _parts.Token, _parts.Options.Tls, _parts.Faults, parent, cancel));
        exchange.Send(result.Reply, [.. result.Parts.Select(Part.Of)], cancel);
        return true;
    }

    /// <summary>One frame of a reference after the other, each read when it is asked for.</summary>
    /// <exception cref="InputException">What came is no picture.</exception>
    private static IEnumerable<RgbImage> Frames(CardTask task, CardExchange exchange, CancellationToken cancel)
    {
        for (int frame = 0; frame < ((task as EncodeReferenceTask)?.Frames ?? 0); frame++)
        {
            Part part = exchange.Receive(cancel);
            yield return part.Shape is [var height, var width, 3]
                ? new RgbImage((int)width, (int)height, part.Bytes.ToArray())
                : throw new InputException($"frame {frame} of a reference came as [{string.Join(", ", part.Shape)}]; a frame is [height, width, 3]");
        }
    }

    private static CardDescription Describe(CardParts parts, ILocalSiloDetails silo) => new()
    {
        Name = parts.Options.Name,
        Instance = silo.SiloAddress.ToParsableString(),
        Links = parts.Listener.Address is IPEndPoint ip ? $"tcp:{parts.Options.Advertise ?? $"{ip.Address}"}:{ip.Port}" : LinkAddress.Format(parts.Listener.Address),
        Device = parts.Device.Name,
        Kind = parts.Device.Kind,
        Threads = parts.Options.Threads ?? Environment.ProcessorCount,
        MemoryBytes = parts.Device.Memory.TotalBytes,
        Build = CardDevice.Build,
        Protocol = CardProtocol.Version,
        ProcessId = Environment.ProcessId,
    };
}
