using OpenSora.Layout.Units;
using static TorchSharp.torch;

namespace OpenSora.Inference.Sharding;

/// <summary>
/// How the ranks that share a clip divide its tokens and change the layout of them. The transformer owns this interface
/// and meets other ranks nowhere else. All ranks make the same calls in the same order, each on its own thread.
/// </summary>
public interface ISequenceParallel
{
    /// <summary>The whole units that this rank holds in <paramref name="layout"/>; empty when there are fewer units than ranks.</summary>
    Run Held(UnitPlan plan, TokenLayout layout);

    /// <summary>
    /// Begins to change the layout of one half's tokens from <paramref name="from"/> to the other. Units are handed over as
    /// they are computed, so sending can overlap with computing the next.
    /// </summary>
    /// <param name="channels">Numbers per token.</param>
    /// <param name="type">Type of the numbers.</param>
    ITokenSwitch Begin(UnitPlan plan, TokenLayout from, long channels, ScalarType type, Device device);

    /// <summary>Some numbers of each unit, from the ranks that hold them to all.</summary>
    /// <param name="perUnit">Numbers of a unit.</param>
    /// <param name="own">Those of the units that this rank holds, unit after unit.</param>
    /// <returns>Those of all units of the clip, in order: the same on all ranks.</returns>
    IReadOnlyList<float> Share(UnitPlan plan, TokenLayout layout, int perUnit, IReadOnlyList<float> own);
}

/// <summary>One change of layout under way.</summary>
public interface ITokenSwitch : IDisposable
{
    /// <summary>
    /// Hands over a computed unit. Every unit of the rank comes exactly once, in order. The caller may dispose the tensor
    /// afterwards, but nobody may change its numbers: they may be on their way to another rank.
    /// </summary>
    void Add(Tokens unit);

    /// <summary>
    /// Waits for what other ranks send. The result is a new dense tensor that belongs to the dispose scope in which the
    /// switch was begun.
    /// </summary>
    /// <exception cref="InvalidOperationException">Not all units were handed over.</exception>
    Tokens Finish();
}
