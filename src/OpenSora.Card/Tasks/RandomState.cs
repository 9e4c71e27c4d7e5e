using OpenSora.Inference.Sampling;

namespace OpenSora.Card.Tasks;

/// <summary>The random numbers of a job, which travel from task to task as bytes that only cards understand.</summary>
internal static class RandomState
{
    /// <param name="state">Empty: nothing is drawn yet.</param>
    /// <param name="seed">Of the request.</param>
    public static NoiseSource Open(ReadOnlyMemory<byte> state, long seed) => state.Length == 0 ? new NoiseSource(seed) : NoiseSource.From(state.ToArray());
}
