using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenSora.Card.Faults;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Hosting.Cards;
using OpenSora.Links;
using OpenSora.Telemetry;

namespace OpenSora.Card.Serving;

/// <summary>A card in a cluster, from its start to its end.</summary>
internal static class ServingCard
{
    /// <summary>Serves until it is told to stop: by SIGTERM or SIGINT, which let it end its task, or by the end of its leash.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> Run(CardOptions options, CardSettings settings)
    {
        using CancellationTokenSource stop = new(), now = new();
        CardDesk desk = new();
        FaultPlan faults = FaultPlan.Parse(settings.Faults);
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
            Console.Error.WriteLine(warning);
        using LinkListener listener = Listen(options);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => listener.Dispose(); // its socket file goes, when the leash ends, too
        CardParts parts = new(options, device, torch, desk, listener, faults);
        while (!stop.IsCancellationRequested && await CardSilo.Join(options.FindPlace, Configure, Console.Error.WriteLine, stop.Token) is { } silo)
        {
            await using CardSilo own = silo;
            // It is out of the cluster when it was given up, or when whoever knew of it began anew: then it joins again.
            await Task.WhenAny(silo.IsOut, Forever(stop.Token));
            if (stop.IsCancellationRequested)
                await Task.WhenAny(desk.WaitUntilFree(CardProtocol.Drain), Forever(now.Token));
        }
        return ExitCode.Done;

        void Configure(HostApplicationBuilder builder)
        {
            builder.AddTelemetry(settings.Telemetry, "opensora-card", options.Name);
            builder.Services.AddSingleton(parts).AddSingleton<CardService>();
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
