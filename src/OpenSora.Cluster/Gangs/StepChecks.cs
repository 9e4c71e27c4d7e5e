using System.Security.Cryptography;
using System.Text;

namespace OpenSora.Cluster.Gangs;

/// <summary>Which steps of a clip are computed a second time, by other cards: a share of them, drawn from the seed of the request.</summary>
/// <param name="share">Range: 0 (none) to 1 (all).</param>
/// <param name="batch">From 0.</param>
/// <param name="loop">From 0.</param>
internal sealed class StepChecks(double share, long seed, int batch, int loop)
{
    /// <summary>Steps of an audit and others that are not to be checked.</summary>
    public static StepChecks None { get; } = new(0, 0, 0, 0);

    /// <summary>Each step by itself, with the probability of the share.</summary>
    /// <param name="step">From 1.</param>
    public bool IsDrawn(int step) =>
        BitConverter.ToUInt64(SHA256.HashData(Encoding.ASCII.GetBytes($"{seed} {batch} {loop} {step}"))) < share * 18446744073709551616.0;
}
