using System.Runtime.InteropServices;

namespace OpenSora.Client.Commands;

/// <summary>
/// Ctrl-C and SIGTERM ask the card to stop after the step at hand; a second one ends this process at once, which ends
/// the card too.
/// </summary>
internal static class CancelKeys
{
    /// <param name="words">Told at the first one. Default: that the step at hand is ended.</param>
    public static CancellationTokenSource Link(CancellationToken cancel, string words = "opensora: stopping after this step (again to stop at once)")
    {
        CancellationTokenSource source = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        PosixSignalRegistration[] registrations = [Register(PosixSignal.SIGINT), Register(PosixSignal.SIGTERM)];
        source.Token.Register(() => GC.KeepAlive(registrations));
        return source;

        PosixSignalRegistration Register(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
        {
            if (source.IsCancellationRequested)
                return;
            context.Cancel = true;
            Console.Error.WriteLine(words);
            source.Cancel();
        });
    }
}
