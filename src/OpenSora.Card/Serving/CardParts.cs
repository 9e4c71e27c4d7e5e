using System.Net.Sockets;
using System.Text;
using OpenSora.Card.Faults;
using OpenSora.Contracts;
using OpenSora.Hosting.Cards;
using OpenSora.Links;
using OpenSora.Torch;

namespace OpenSora.Card.Serving;

/// <summary>What a card is made of, for the life of its process.</summary>
internal sealed class CardParts : IDisposable
{
    private readonly Lazy<Task<CardDevice>> _opening;
    private readonly Lazy<LoadedModels> _models;

    /// <exception cref="InputException">The address for links is taken, or is none of this host.</exception>
    public CardParts(CardOptions options, CardSettings settings)
    {
        (Options, Token, Links, Faults) = (options, Encoding.UTF8.GetBytes(options.Token), new LinkOptions { Tls = options.Tls }, FaultPlan.Parse(settings.Faults));
        try
        {
            Listener = new LinkListener(LinkAddress.Parse(options.Links), Token, Links);
        }
        catch (Exception error) when (error is SocketException or ArgumentException)
        {
            throw new InputException($"--links {options.Links}: {error.Message}; give a path or a port of this host that is free", error);
        }
        _opening = new(() => Torch.Run(() => CardDevice.Open(options.Device, options.Threads, settings)));
        _models = new(() => new LoadedModels(Device));
    }

    public CardOptions Options { get; }

    public byte[] Token { get; }

    public LinkOptions Links { get; }

    public FaultPlan Faults { get; }

    public CardDesk Desk { get; } = new();

    public TorchThread Torch { get; } = new();

    /// <summary>Where other cards of a gang connect, and coordinators for the tensors of a call.</summary>
    public LinkListener Listener { get; }

    /// <summary>To be asked for once it is open.</summary>
    public CardDevice Device => _opening.Value.Result;

    public LoadedModels LoadedModels => _models.Value;

    /// <summary>Opens the device, once, on the thread that computes; meanwhile the process may join its cluster.</summary>
    /// <exception cref="DeviceException">The device is not there.</exception>
    /// <exception cref="InputException">The processor lacks the kernels.</exception>
    public Task<CardDevice> Open() => _opening.Value;

    public void Dispose()
    {
        Listener.Dispose();
        Torch.Dispose();
    }
}
