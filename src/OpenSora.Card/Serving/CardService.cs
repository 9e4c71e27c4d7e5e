using System.Diagnostics;
using System.Net;
using OpenSora.Card.Tasks;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Clips;
using OpenSora.Hosting.Cards;
using OpenSora.Links;

namespace OpenSora.Card.Serving;

/// <summary>The card as its grain sees it: one task at a time, on the thread that computes.</summary>
internal sealed class CardService
{
    private readonly CardParts _parts;
    private readonly CardCalls _calls;
    private readonly string _instance;

    public CardService(CardParts parts, ILocalSiloDetails silo, IClusterMembershipService membership)
    {
        (_parts, _instance) = (parts, silo.SiloAddress.ToParsableString());
        _calls = new CardCalls(
            _instance, parts.Desk, parts.Listener, parts.Links, address => membership.CurrentSnapshot.GetSiloStatus(address) == SiloStatus.Dead,
            () => parts.Device.Memory.FreeBytes);
    }

    /// <summary>Once its device is open.</summary>
    public async Task<CardDescription> Describe()
    {
        CardDevice device = await _parts.Open();
        return new CardDescription
        {
            Name = _parts.Options.Name,
            Instance = _instance,
            Links = _parts.Listener.Address is IPEndPoint ip ? $"tcp:{_parts.Options.Advertise ?? $"{ip.Address}"}:{ip.Port}" : LinkAddress.Format(_parts.Listener.Address),
            Device = device.Name,
            Kind = device.Kind,
            Threads = _parts.Options.Threads ?? Environment.ProcessorCount,
            MemoryBytes = device.Memory.TotalBytes,
            Build = CardDevice.Build,
            Protocol = CardProtocol.Version,
            ProcessId = Environment.ProcessId,
        };
    }

    /// <summary>Once its device is open.</summary>
    public async Task<CardHealth> Check() => new(
        _instance, _parts.Desk.State, (await _parts.Open()).Memory.FreeBytes,
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
            _parts.Device, _parts.LoadedModels, _parts.Listener, _parts.Token, _parts.Options.Tls, _parts.Faults, parent, cancel));
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
}
