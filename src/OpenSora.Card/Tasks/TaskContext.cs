using System.Diagnostics;
using OpenSora.Card.Faults;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Generation;
using OpenSora.Inference;
using OpenSora.Layout.Clips;
using OpenSora.Links;

namespace OpenSora.Card.Tasks;

/// <summary>What a task has to work with. Tasks run on the thread that computes.</summary>
/// <param name="Task">What to do.</param>
/// <param name="Parts">Its tensors.</param>
/// <param name="Frames">The frames that follow it.</param>
/// <param name="Send">Hands over a reply; its parts must not change any more.</param>
/// <param name="Parent">The span of the request, for traces.</param>
/// <param name="Cancel">Somebody has closed the connection: the task is to end soon.</param>
internal sealed record TaskContext(
    CardTask Task, IReadOnlyList<ReadOnlyMemory<byte>> Parts, IEnumerable<RgbImage> Frames, Action<CardReply, IReadOnlyList<ReadOnlyMemory<byte>>> Send,
    CardDevice Device, LoadedModels LoadedModels, LinkListener Listener, byte[] Token, ClusterTls? Tls, FaultPlan Faults, ActivityContext Parent, CancellationToken Cancel)
{
    public GenerationRequest Request => Task.Request;

    /// <exception cref="Contracts.InputException">There is no such size or length.</exception>
    public ClipGeometry Clip => ClipGeometry.Of(Request);

    /// <summary>How the request's videos are made.</summary>
    public ClipSettings Settings => ClipSettings.Of(Request);

    /// <summary>The networks of the request; loaded when they are used.</summary>
    public Models Models => LoadedModels.Of(Request, Tell);

    public void Tell(string message) => Send(new Told(message), []);
}

/// <summary>The last reply of a task, with its tensors.</summary>
internal sealed record TaskResult(LastReply Reply, IReadOnlyList<ReadOnlyMemory<byte>> Parts)
{
    public TaskResult(LastReply reply) : this(reply, [])
    {
    }
}
