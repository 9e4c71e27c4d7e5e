using OpenSora.Links;
using System.Diagnostics;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Card.Tasks;

/// <summary>Does tasks, whatever they are, and tells how they ended.</summary>
internal static class CardTasks
{
    private static readonly ActivitySource Source = new("OpenSora.Card");

    /// <summary>The last reply: the result, or what went wrong. Never throws.</summary>
    public static TaskResult Run(TaskContext context)
    {
        TaskResult result;
        using Activity? span = Source.StartActivity(context.Task.GetType().Name, ActivityKind.Internal, context.Parent)?.SetTag("opensora.job", context.Task.Job);
        try
        {
            using IDisposable quiet = no_grad();
            using DisposeScope scope = NewDisposeScope();
            result = Do(context);
        }
        catch (Exception error)
        {
            result = new TaskResult(Explain(error));
            span?.SetStatus(ActivityStatusCode.Error, error.Message);
        }
        MemoryUse.ReturnFree();
        return result with { Reply = result.Reply with { PeakMemoryBytes = MemoryUse.PeakResidentBytes } };
    }

    private static TaskResult Do(TaskContext context) => context.Task switch
    {
        LoadTask task => Encoding.Load(context, task),
        EncodeTextTask task => Encoding.Texts(context, task),
        EncodeReferenceTask task => Encoding.Reference(context, task),
        StartTask task => Starting.Start(context, task),
        DenoiseTask task => Denoising.Run(context, task),
        DecodeTask task => Decoding.Run(context, task),
        var other => throw new InputException($"the task {other.GetType().Name} is not known to this card"),
    };

    private static TaskFailed Explain(Exception error)
    {
        Failed failed = CardFailures.Explain(error);
        return new TaskFailed(failed.ExitCode, failed.Message, (error as PeerException)?.Rank);
    }
}
