using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using OpenSora.Contracts;

namespace OpenSora.Client.Commands;

/// <summary><c>opensora card</c>: a card of this machine for a silo anywhere. All flags are the card program's own.</summary>
internal static partial class CardCommand
{
    /// <param name="line">The whole command line.</param>
    public static Command Create(string[] line)
    {
        Command command = new("card", "Run one card that joins a silo, until it is stopped; Ctrl-C lets it end its work first. "
            + "Usage: opensora card [NAME] --join URL [--device cpu] [--threads 1] [--links tcp:HOST:PORT] …; the token is OPENSORA_TOKEN.");
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction((_, _) => Run(line[1..]));
        return command;
    }

    /// <summary>The command line after <c>card</c>, as it was given: flags here are not ours to know.</summary>
    private static async Task<int> Run(string[] arguments)
    {
        bool isNamed = arguments.Length > 0 && !arguments[0].StartsWith('-');
        string[] named = [.. isNamed ? [] : new[] { $"{Environment.MachineName}-{Environment.ProcessId}" }, .. arguments];
        ProcessStartInfo start = new(Installation.CardProgram(), [.. named, "--leash"]) { RedirectStandardInput = true };
        CardEnvironment.Complete(start);
        using Process card = Process.Start(start) ?? throw new CardException($"{start.FileName} did not start");
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Drain);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Drain);
        await card.WaitForExitAsync();
        return card.ExitCode;

        void Drain(PosixSignalContext signal)
        {
            signal.Cancel = true;
            // The terminal's Ctrl-C reaches the card too; a signal to this process alone would not.
            _ = Signal(card.Id, SigTerm);
        }
    }

    private const int SigTerm = 15;

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
