using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Hosting;
using OpenSora.Hosting.Cards;
using OpenSora.Telemetry;

namespace OpenSora.Card.Serving;

/// <summary>A card in a cluster, from its start to its end.</summary>
internal static partial class ServingCard
{
    /// <summary>Serves until it is told to stop: by SIGTERM or SIGINT, which let it end its task, or by the end of its leash.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> Run(CardOptions options, CardSettings settings)
    {
        using CancellationTokenSource stop = new(), now = new();
        using CardParts parts = new(options, settings);
        CardDesk desk = parts.Desk;
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
        AppDomain.CurrentDomain.ProcessExit += (_, _) => parts.Listener.Dispose(); // its socket file goes, when the leash ends, too
        if (options.Leash)
            Leash(() => Environment.Exit(ExitCode.Done));

        // One for the life of the process: it tells of attempts to join, too.
        using IHost telemetry = Telemetry(options, settings);
        await telemetry.StartAsync();
        ILoggerFactory logs = telemetry.Services.GetRequiredService<ILoggerFactory>();
        ILogger log = logs.CreateLogger("OpenSora.Card");
        // The device opens while the process joins; one that cannot be opened ends both.
        Task opening = Open(parts, stop);
        while (!stop.IsCancellationRequested && await CardSilo.Join(options.FindPlace, Configure, Say, stop.Token) is { } silo)
        {
            await using CardSilo own = silo;
            // It is out of the cluster when it was given up, or when whoever knew of it began anew: then it joins again.
            await Task.WhenAny(silo.IsOut, Forever(stop.Token));
            if (stop.IsCancellationRequested)
                await Task.WhenAny(desk.WaitUntilFree(CardProtocol.Drain), Forever(now.Token));
        }
        await opening;
        return ExitCode.Done;

        void Configure(HostApplicationBuilder builder) => builder.Services.AddSingleton(logs).AddSingleton(parts).AddSingleton<CardService>();

        void Say(string message)
        {
            Console.Error.WriteLine(message);
            Said(log, message);
        }
    }

    private static IHost Telemetry(CardOptions options, CardSettings settings)
    {
        HostApplicationBuilder builder = new(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.AddTelemetry(settings.Telemetry, "opensora-card", options.Name);
        return builder.Build();
    }

    [LoggerMessage(LogLevel.Warning, "{Message}")]
    private static partial void Said(ILogger log, string message);

    private static async Task Open(CardParts parts, CancellationTokenSource stop)
    {
        try
        {
            foreach (string warning in (await parts.Open()).Warnings)
                Console.Error.WriteLine(warning);
        }
        catch
        {
            await stop.CancelAsync();
            throw;
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
