using System.Runtime.InteropServices;
using System.Text.Json;
using OpenSora.Contracts;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Settings;

namespace OpenSora.Silo.Generation;

/// <summary>
/// <c>OpenSora.Silo generate</c>: an order comes as one line of JSON on standard input, events go out on standard output.
/// The end of input asks it to stop: so it never outlives whoever started it.
/// </summary>
internal static class GenerateCommand
{
    /// <returns>See <see cref="ExitCode"/>.</returns>
    public static async Task<int> Run()
    {
        using CancellationTokenSource stop = new();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        EventWriter events = new(Console.OpenStandardOutput());
        string? line = Console.In.ReadLine();
        new Thread(() => { Console.In.Read(); stop.Cancel(); }) { IsBackground = true, Name = "standard input" }.Start();
        CardEvent last;
        try
        {
            last = new Generated(await PrivateSilo.Run(Read(line), SettingsReader.Read<SiloSettings>(), events, stop.Token));
        }
        catch (Exception error)
        {
            last = Explain(error);
        }
        events.Write(last);
        return last is Failed failed ? failed.ExitCode : ExitCode.Done;

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    private static GenerationOrder Read(string? line)
    {
        try
        {
            return JsonSerializer.Deserialize(line ?? "", ContractsJson.Default.GenerationOrder) ?? throw new InputException("the order is empty");
        }
        catch (JsonException error)
        {
            throw new InputException($"the order is not valid JSON: {error.Message}", error);
        }
    }

    private static Failed Explain(Exception error) => error switch
    {
        InputException => new Failed(ExitCode.BadInput, error.Message),
        CannotFitException => new Failed(ExitCode.CannotFit, error.Message),
        CardException => new Failed(ExitCode.CardFailure, error.Message),
        OperationCanceledException => new Failed(ExitCode.Cancelled, error.Message),
        IOException or UnauthorizedAccessException => new Failed(ExitCode.BadInput, error.Message),
        _ => new Failed(ExitCode.CardFailure, error.ToString()),
    };
}
