using OpenSora.Cluster.Grains;

namespace OpenSora.Cluster.Leases;

/// <summary>What a job says to the queue about the cards that it has. A queue that is away asks the generations when it is back.</summary>
/// <param name="id">Of the generation.</param>
internal sealed class CardLeases(IClusterGrain queue, string id)
{
    public void Return(Member member, bool isOut) => _ = Tell(() => queue.Return(id, member.Lease, isOut, Successes(member)));

    /// <summary>A card failed.</summary>
    /// <returns>Whether it rests from now on.</returns>
    public async Task<bool> Failed(Member member)
    {
        bool rests = false;
        await Tell(async () => rests = await queue.Failed(member.Lease, Successes(member)));
        return rests;
    }

    private static int Successes(Member member)
    {
        int successes = member.Successes;
        member.Successes = 0;
        return successes;
    }

    private static async Task Tell(Func<Task> tell)
    {
        try
        {
            await tell();
        }
        catch (Exception away) when (away is OrleansException or TimeoutException or InvalidOperationException)
        {
        }
    }
}
