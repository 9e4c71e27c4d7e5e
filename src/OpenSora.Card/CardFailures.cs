using System.Runtime.InteropServices;
using OpenSora.Contracts;
using OpenSora.Torch;

namespace OpenSora.Card;

/// <summary>How each kind of failure is told, and with which exit code.</summary>
internal static class CardFailures
{
    /// <summary>Does the work and writes its last event: the result, or what went wrong.</summary>
    public static int Report(EventWriter events, Func<CardEvent> work)
    {
        CardEvent last;
        try
        {
            last = work();
        }
        catch (Exception error)
        {
            last = Explain(error);
        }
        events.Write(last);
        return last switch
        {
            Failed failed => failed.ExitCode,
            Verified { Report.Failed: > 0 } => ExitCode.CasesFailed,
            _ => ExitCode.Done,
        };
    }

    /// <summary>What went wrong, in words and as an exit code.</summary>
    public static Failed Explain(Exception error) => error switch
    {
        InputException or DeviceException => new Failed(ExitCode.BadInput, error.Message),
        CannotFitException => new Failed(ExitCode.CannotFit, error.Message),
        CardException => new Failed(ExitCode.CardFailure, error.Message),
        OperationCanceledException => new Failed(ExitCode.Cancelled, "stopped; nothing was left half-written"),
        ExternalException external when TorchFailure.IsOutOfMemory(external) => new Failed(
            ExitCode.CannotFit,
            $"the device ran out of memory ({TorchFailure.FirstLine(error.Message)}); use fewer frames, a smaller --resolution or --micro-batch-size 1"),
        ExternalException => new Failed(ExitCode.CardFailure, $"the device failed: {TorchFailure.FirstLine(error.Message)}"),
        IOException or UnauthorizedAccessException => new Failed(ExitCode.BadInput, error.Message),
        _ => new Failed(ExitCode.CardFailure, error.ToString()),
    };
}
