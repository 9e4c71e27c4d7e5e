using System.Diagnostics;
using System.Runtime.InteropServices;
using OpenSora.Contracts;

namespace OpenSora.Client.Cards;

/// <summary>A program of ours that runs in our place: Ctrl-C and SIGTERM tell it to end, and it ends when this process does.</summary>
internal static partial class ForegroundProcess
{
    /// <returns>Its exit code.</returns>
    public static async Task<int> Run(string program, IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardInput = true };
        CardEnvironment.Complete(start);
        using Process companion = Process.Start(start) ?? throw new CardException($"{start.FileName} did not start");
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Drain);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Drain);
        await companion.WaitForExitAsync();
        return companion.ExitCode;

        void Drain(PosixSignalContext signal)
        {
            signal.Cancel = true;
            // The terminal's Ctrl-C reaches it too; a signal to this process alone would not.
            _ = Signal(companion.Id, SigTerm);
        }
    }

    private const int SigTerm = 15;

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
