using OpenSora.Cluster.Cards;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Generation;

namespace OpenSora.Cluster.Leases;

/// <summary>
/// Loads the networks on each card of a job, also on those that come later, and sees to it that they are the same ones.
/// A card works for the job from then on.
/// </summary>
internal sealed class Loading(JobCards jobCards, CardTaskRunner work, string stage)
{
    private string? _models;

    /// <summary>The files of the networks, the same on all cards.</summary>
    public IReadOnlyList<WeightsDigest> Weights { get; private set; } = [];

    /// <summary>What the kernels run in.</summary>
    public string ComputeDtype { get; private set; } = "";

    /// <summary>Loads on all cards that are there, and goes on to do so in the background until it is cancelled.</summary>
    /// <param name="order">The networks that steps and chunks need.</param>
    /// <param name="loaded">Cards that have them, and cards that are there.</param>
    /// <returns>The work in the background, begun when the first cards are loaded.</returns>
    /// <exception cref="InputException">The networks cannot be loaded by any card.</exception>
    public async Task<Task> Begin(TaskOrder order, Action<int, int> loaded, CancellationToken cancel)
    {
        int done = 0;
        List<Task> first = [];
        // One that is stopped is not loaded, and would be taken again and again.
        while (!cancel.IsCancellationRequested && jobCards.AcquireUnloaded() is { } member)
            first.Add(LoadOne(member));
        loaded(0, first.Count);
        await Task.WhenAll(first);
        cancel.ThrowIfCancellationRequested();
        if (jobCards.Failure is { } failure)
            throw failure;
        return Background(order, cancel);

        async Task LoadOne(Member member)
        {
            if (await Load(member, order, cancel))
                loaded(++done, first.Count);
        }
    }

    private async Task Background(TaskOrder order, CancellationToken cancel)
    {
        List<Task> running = [];
        try
        {
            while (true)
            {
                Task changed = jobCards.Changed;
                while (!cancel.IsCancellationRequested && jobCards.AcquireUnloaded() is { } member)
                    running.Add(LoadLater(member));
                running.RemoveAll(task => task.IsCompletedSuccessfully);
                await changed.WaitAsync(cancel);
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(running);
        }

        async Task LoadLater(Member member)
        {
            if (await Load(member, order, cancel))
                work.Say($"{member.Name} came and has loaded the networks");
        }
    }

    private async Task<bool> Load(Member member, TaskOrder order, CancellationToken cancel)
    {
        try
        {
            Answer<Loaded> answer = await work.RunOn<Loaded>(member, stage, order, null, cancel);
            string models = string.Join(' ', [answer.Header.Models, .. answer.Header.Weights.Select(own => own.Sha256)]);
            _models ??= models;
            ComputeDtype = answer.Header.ComputeDtype;
            if (_models == models)
                Weights = answer.Header.Weights;
            else
            {
                jobCards.Exclude(member, $"has other networks ({models}) than the other cards ({_models}): give all cards the same files");
                return false;
            }
            jobCards.HasLoaded(member);
            return true;
        }
        catch (CardFault)
        {
            // Judged: it is out, or will be asked again.
            return false;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        catch (Exception error) when (error is InputException or CannotFitException or CardException)
        {
            jobCards.Fail(error);
            return false;
        }
    }
}
