using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenSora.Card.Faults;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Links;

namespace OpenSora.Card.Serving;

/// <summary>A card in a cluster, from its start to its end.</summary>
internal static class ServingCard
{
    /// <summary>Serves until it is told to stop: by SIGTERM or SIGINT, which let it end its task, or by the end of its leash.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> Run(CardOptions options, CardSettings settings)
    {
        using CancellationTokenSource stop = new(), now = new();
        TaskDesk desk = new();
        FaultPlan faults = FaultPlan.Parse(settings.Faults);
        await using WebApplication host = CardServer.Build(options, settings.Telemetry);
        ILogger log = host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("OpenSora.Card");
        void Drain(PosixSignalContext signal)
        {
            signal.Cancel = true;
            if (desk.State == CardState.Draining)
                now.Cancel(); // told twice
            desk.Drain();
            stop.Cancel();
        }
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Drain);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Drain);
        if (options.Leash)
            Leash(() => Environment.Exit(ExitCode.Done));

        using TorchThread torch = new();
        CardDevice device = await torch.Run(() => CardDevice.Open(options.Device, options.Threads, settings.Kernels));
        foreach (string warning in device.Warnings)
            Say(warning);
        using LinkListener listener = Listen(options);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => listener.Dispose(); // its socket file goes, when the leash ends, too
        string instance = Guid.NewGuid().ToString("n");
        CardHeartbeat Heartbeat() => new(instance, desk.State, device.Memory.FreeBytes);
        await using CardServer server = await CardServer.Start(host, options, desk, torch, device, listener, faults, Heartbeat);
        CardRegistration registration = Describe(options, device, server, listener, instance);
        Registrar[] registrars = [.. options.Join.Select(silo => new Registrar(options, silo, registration, Heartbeat))];

        // Heartbeats go on while the card drains, so that its silos can see it.
        using CancellationTokenSource quiet = new();
        Task[] registered = [.. registrars.Select(registrar => registrar.Run(Say, quiet.Token))];
        Task ended = await Task.WhenAny([Forever(stop.Token), .. registered]);
        if (registered.Contains(ended))
            await ended; // refused: tells why
        await Task.WhenAny(desk.WaitUntilFree(CardProtocol.Drain), Forever(now.Token));
        quiet.Cancel();
        await Task.WhenAll(registered).ContinueWith(_ => { }, TaskScheduler.Default); // a sign of life after the good-bye would bring it back
        await Task.WhenAll(registrars.Select(registrar => registrar.Leave()));
        return ExitCode.Done;

        void Say(string line)
        {
            Console.Error.WriteLine(line);
            log.LogWarning("{Line}", line);
        }
    }

    /// <summary>Listens for other cards.</summary>
    /// <exception cref="InputException">The address is taken, or is none of this host.</exception>
    private static LinkListener Listen(CardOptions options)
    {
        try
        {
            return new LinkListener(LinkAddress.Parse(options.Links), System.Text.Encoding.UTF8.GetBytes(options.Token), new LinkOptions { Tls = options.Tls });
        }
        catch (Exception error) when (error is SocketException or ArgumentException)
        {
            throw new InputException($"--links {options.Links}: {error.Message}; give a path or a port of this host that is free", error);
        }
    }

    private static CardRegistration Describe(CardOptions options, CardDevice device, CardServer server, LinkListener listener, string instance) => new()
    {
        Name = options.Name,
        Instance = instance,
        Control = $"{server.Address.Scheme}://{options.Reach(server.Address.Host, server.Address.Port)}",
        Links = listener.Address is IPEndPoint ip ? $"tcp:{options.Reach($"{ip.Address}", ip.Port)}" : LinkAddress.Format(listener.Address),
        Device = device.Name,
        Kind = device.Kind,
        Threads = TorchThreads(options),
        MemoryBytes = device.Memory.TotalBytes,
        Build = CardDevice.Build,
        Protocol = CardProtocol.Version,
        ProcessId = Environment.ProcessId,
    };

    private static int TorchThreads(CardOptions options) => options.Threads ?? Environment.ProcessorCount;

    /// <summary>Calls when standard input ends: whoever started this process is gone.</summary>
    private static void Leash(Action ended) => new Thread(() =>
    {
        try
        {
            while (Console.In.Read() >= 0)
            {
            }
        }
        catch (IOException)
        {
            // As good as the end.
        }
        ended();
    })
    { IsBackground = true, Name = "leash" }.Start();

    private static Task Forever(CancellationToken until) => Task.Delay(Timeout.Infinite, until).ContinueWith(_ => { }, TaskScheduler.Default);
}
