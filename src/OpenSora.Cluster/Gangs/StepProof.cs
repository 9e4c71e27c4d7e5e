using OpenSora.Cluster.Leases;
using OpenSora.Contracts.Cards;

namespace OpenSora.Cluster.Gangs;

/// <summary>Who computed what of some steps: the members by rank, and of each step and rank the sums of its exchanges.</summary>
internal sealed record StepProof(IReadOnlyList<Member> Ranks, IReadOnlyDictionary<(int Step, int Rank), IReadOnlyList<ExchangeSum>> Sums)
{
    /// <summary>Compares computings of the same steps from the same checkpoint, with ranks that went round.</summary>
    public static ProofVerdict Compare(IReadOnlyList<StepProof> proofs)
    {
        var sums = proofs.SelectMany(proof => proof.Sums.SelectMany(own => own.Value.Select(sum => (Place: (own.Key.Step, sum.Exchange), own.Key.Rank, Vote: (Member: proof.Ranks[own.Key.Rank], sum.Sum)))));
        foreach (var place in sums.GroupBy(one => one.Place).OrderBy(group => group.Key))
        {
            List<Member> odd = [];
            bool differ = false;
            foreach (var rank in place.GroupBy(one => one.Rank, one => one.Vote))
            {
                // A rank that left out a sum is not equal, either.
                if (rank.Count() == proofs.Count && rank.Select(vote => vote.Sum).Distinct().Count() == 1)
                    continue;
                differ = true;
                odd.AddRange(OddOf([.. rank]));
            }
            if (differ)
                return new ProofVerdict(false, [.. odd.Distinct()], place.Key.Step, place.Key.Exchange);
        }
        return new ProofVerdict(true, [], 0, 0);
    }

    /// <summary>Those that contradict themselves, or are alone against two and more that agree.</summary>
    private static IEnumerable<Member> OddOf(IReadOnlyList<(Member Member, long Sum)> votes)
    {
        Member[] fickle = [.. votes.GroupBy(vote => vote.Member).Where(own => own.Select(vote => vote.Sum).Distinct().Count() > 1).Select(own => own.Key)];
        if (fickle.Length > 0)
            return fickle;
        var camps = votes.Distinct().GroupBy(vote => vote.Sum, vote => vote.Member).OrderByDescending(camp => camp.Count()).ToArray();
        return camps.Length > 1 && camps[0].Count() > camps[1].Count() ? camps.Skip(1).SelectMany(camp => camp) : [];
    }
}

/// <summary>What a comparison showed.</summary>
/// <param name="AreEqual">All sums of all computings are.</param>
/// <param name="Odd">Who computed otherwise than the others, or than itself; empty where that is not decided.</param>
/// <param name="Step">The first step in which they differ.</param>
/// <param name="Exchange">The first exchange of it in which they differ.</param>
internal sealed record ProofVerdict(bool AreEqual, IReadOnlyList<Member> Odd, int Step, int Exchange)
{
    /// <summary>The place in words.</summary>
    public string Place => Exchange switch
    {
        ExchangeSum.Velocity => $"the velocities of step {Step}",
        ExchangeSum.Frames => $"the latents of step {Step}",
        _ => $"block {Exchange} of step {Step}",
    };
}
