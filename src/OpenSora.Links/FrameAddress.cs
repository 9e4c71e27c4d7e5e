using OpenSora.Layout.Gangs;

namespace OpenSora.Links;

/// <summary>What a frame is for. The numbers travel in frames.</summary>
public enum FrameKind
{
    /// <summary>Tokens of a unit on their way into the other layout.</summary>
    Tokens = 1,

    /// <summary>A predicted velocity on its way to the other half of guidance.</summary>
    Velocity = 2,

    /// <summary>No body: the sender is alive.</summary>
    Heartbeat = 4,

    /// <summary>No body: the sender has done its share and sends nothing after this.</summary>
    Goodbye = 5,

    /// <summary>No body but a notice: the sender gives up because of a rank, and sends nothing after this.</summary>
    Fault = 6,

    /// <summary>Sums over units, for a decision that all ranks take alike.</summary>
    Sums = 7,

    /// <summary>A tensor between a coordinator and a card.</summary>
    Part = 8,
}

/// <summary>Which piece of a job a frame carries.</summary>
/// <param name="Step">Step of sampling, from 0.</param>
/// <param name="Sample">Sample of the batch, from 0.</param>
/// <param name="Half">Half of guidance.</param>
/// <param name="Block">Block of the network, counted over spatial and temporal ones, from 0.</param>
/// <param name="Unit">First frame or position of the unit.</param>
public readonly record struct FrameAddress(FrameKind Kind, int Step, int Sample, GuidanceHalf Half, int Block, long Unit)
{
    internal static FrameAddress Of(FrameKind kind) => new(kind, 0, 0, default, 0, 0);

    public override string ToString() => Kind switch
    {
        FrameKind.Tokens => $"tokens of step {Step}, sample {Sample}, {Half} half, block {Block}, unit at {Unit}",
        FrameKind.Velocity => $"{Half} velocity of step {Step}, sample {Sample}",
        FrameKind.Sums => $"sums of step {Step}, sample {Sample}, {Half} half, block {Block}, unit at {Unit}",
        _ => Kind.ToString(),
    };
}
