using System.Text.Json;
using OpenSora.Contracts;
using OpenSora.Contracts.Diagnosis;

namespace OpenSora.Silo.Doctor;

/// <summary>
/// <c>OpenSora.Silo doctor</c>: what a silo needs of this machine. A request comes as one line of JSON on standard input, findings go out on
/// standard output. Nothing that it makes stays.
/// </summary>
internal static class DoctorCommand
{
    /// <returns>See <see cref="ExitCode"/>.</returns>
    public static int Run()
    {
        using CancellationTokenSource stop = new();
        EventWriter events = new(Console.OpenStandardOutput());
        DiagnosisRequest request = JsonSerializer.Deserialize(Console.In.ReadLine() ?? "", ContractsJson.Default.DiagnosisRequest)
            ?? throw new InputException("the request is empty");
        new Thread(() => { Console.In.Read(); stop.Cancel(); }) { IsBackground = true, Name = "standard input" }.Start();
        try
        {
            foreach (Finding finding in Findings(request, stop.Token))
            {
                stop.Token.ThrowIfCancellationRequested();
                events.Write(new Found(finding));
            }
            events.Write(new Diagnosed([]));
            return ExitCode.Done;
        }
        catch (OperationCanceledException)
        {
            events.Write(new Failed(ExitCode.Cancelled, "stopped"));
            return ExitCode.Cancelled;
        }
    }

    /// <summary>One after the other, so that each is told when it is known.</summary>
    private static IEnumerable<Finding> Findings(DiagnosisRequest request, CancellationToken cancel) =>
        ((Func<IEnumerable<Finding>>[])[Settings.Look, () => [Ffmpeg.Look(cancel)], Ports.Look, () => Folders.Look(request), () => [Clock.Look()]])
            .SelectMany(look => look());
}
