using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Grains;
using OpenSora.Cluster.Jobs;
using OpenSora.Contracts;

namespace OpenSora.Cluster.Leases;

/// <summary>
/// The cards of one job: those that the queue leases to it, all of one kind, for as long as they are well. Cards that come later join; those that
/// leave, die or keep failing are out. Used on the turns of the job's grain alone.
/// </summary>
internal sealed class JobCards : IDisposable
{
    /// <summary>How long this silo may take to know of a card that the queue knows.</summary>
    private static readonly TimeSpan UntilKnown = TimeSpan.FromSeconds(2);

    private readonly List<Member> _members = [];
    private readonly HashSet<string> _out = [], _told = [], _retired = [];
    private readonly SortedDictionary<string, string> _devices = new(StringComparer.Ordinal);
    private readonly Signal _changed = new();
    private readonly ClusterCards _directory;
    private readonly ClusterOptions _options;
    private readonly JobProgress _progress;
    private readonly CardLeases _leases;
    private bool _isOver;

    /// <param name="most">The most cards at a time.</param>
    /// <param name="kind">What all cards must be of; null leaves it to the first one.</param>
    public JobCards(ClusterCards directory, ClusterOptions options, JobProgress progress, CardLeases leases, int most, string? kind) =>
        (_directory, _options, _progress, _leases, Most, Kind) = (directory, options, progress, leases, most, kind);

    /// <summary>What decides the last bits of this job's numbers.</summary>
    public string? Kind { get; private set; }

    /// <summary>The device of each card that there ever was, by name.</summary>
    public IReadOnlyDictionary<string, string> Devices => _devices;

    /// <summary>CPU threads of a card; the same for all of a kind.</summary>
    public int Threads { get; private set; }

    /// <summary>The most cards at a time; the queue moves cards between jobs.</summary>
    public int Most { get; private set; }

    /// <summary>Whether one of two and more cards encodes texts only. Default: false.</summary>
    public bool SetsOneAside { get; set; }

    /// <summary>Ends at the next change of the cards or of what they do.</summary>
    public Task Changed => Task.WhenAny(_changed.Next, _directory.Changed);

    /// <summary>What went wrong last, in words.</summary>
    public string LastCause { get; private set; } = "no card has joined";

    /// <summary>Fails all that wait for a card; what a card said that no card can do.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Those that can be given work, now or when they have done what they do.</summary>
    public IReadOnlyList<Member> Members => [.. _members.Where(member => member.IsUsable)];

    /// <summary>By which it has its cards, those included that leave.</summary>
    public Lease[] Leases => [.. _members.Select(member => member.Lease)];

    /// <summary>The queue leases a card to this job.</summary>
    public async Task Join(Lease lease)
    {
        Card? card = await _directory.Find(lease.Instance, UntilKnown);
        if (card is null || _isOver || _out.Contains(lease.Instance) || _retired.Contains(card.Name) || (Kind is not null && card.Kind != Kind))
        {
            if (card is not null)
                _leases.Return(new Member(card), isOut: !_isOver);
            return;
        }
        Kind ??= card.Kind;
        Threads = card.Description.Threads;
        _devices[card.Name] = card.Description.Device;
        _members.Add(new Member(card));
        SetAside();
        _changed.Set();
    }

    /// <summary>It has so many cards from now on. Of those that are too many, the idle ones go back at once, the others after their step or task.</summary>
    public void Hold(int most)
    {
        Most = most;
        IEnumerable<Member> first = Members.OrderBy(member => member.IsForTexts).ThenBy(member => member.IsBusy).ThenBy(member => member.IsLoaded);
        foreach (Member member in first.Take(Members.Count - most).ToArray())
        {
            member.IsRecalled = true;
            if (!member.IsBusy)
                Dismiss(member);
        }
        _changed.Set();
    }

    /// <summary>Text encoders are let go of by those cards that compute the next steps.</summary>
    public void LetTextsGo()
    {
        foreach (Member member in _members)
            member.HasText &= member.IsForTexts;
    }

    /// <summary>One card for texts where there are others to compute; none where it is the last one.</summary>
    private void SetAside()
    {
        if (!SetsOneAside)
            return;
        Member[] here = [.. _members.Where(member => member.IsUsable)];
        Member? aside = here.FirstOrDefault(member => member.IsForTexts);
        if (aside is null && here.Length > 1)
            aside = here.Where(member => !member.IsLoaded).OrderByDescending(member => member.HasText).ThenByDescending(member => member.IsBusy).FirstOrDefault();
        if (aside is null)
            return;
        aside.IsForTexts = here.Length > 1;
        if (aside.IsForTexts)
            return;
        _progress.Say($"{aside.Name} is the only card that is left: it takes part in all work, and does not keep the text encoder");
        _changed.Set(); // whoever loads the networks has a card more
    }

    /// <summary>Lets go of cards that are gone, and tells of those that cannot share the job.</summary>
    private void Look()
    {
        foreach (Member gone in _members.Where(member => !member.IsBusy && !member.IsUsable).ToArray())
            Dismiss(gone);
        SetAside();
        if (Kind is null || _members.Count >= Most)
            return;
        foreach (Card card in _directory.Cards.Where(card => card.IsUsable && card.Kind != Kind && _told.Add(card.Description.Instance)))
            _progress.Say($"{card.Name} does not share this job: it is of another kind ({card.Kind}) than its cards ({Kind}), and the last bits of its numbers could be others");
    }

    /// <summary>Waits until so many cards are there, or, if that takes too long, at least one.</summary>
    /// <exception cref="NoCardException">None came.</exception>
    public async Task Gather(int count, CancellationToken cancel)
    {
        Patience patience = new(_options.WaitForCard);
        while (true)
        {
            Task changed = Changed;
            Look();
            int here = Members.Count;
            if (here >= Math.Min(count, Most))
                return;
            if (_directory.NoMoreExpected is InputException or CannotFitException)
                throw _directory.NoMoreExpected;
            if (here > 0 && (patience.IsOver || _directory.NoMoreExpected is not null))
            {
                _progress.Say($"{here} of {count} cards came; going on with those");
                return;
            }
            await Wait(changed, here, patience, cancel);
        }
    }

    /// <summary>Waits for a card without a task, which then has one until <see cref="Return"/>.</summary>
    /// <param name="loaded">Only one that has the networks.</param>
    /// <exception cref="NoCardException">There is none any more.</exception>
    public async Task<Member> Acquire(bool loaded, Func<Member, bool>? prefer, CancellationToken cancel) =>
        (await AcquireAll(1, loaded, prefer, cancel))[0];

    /// <summary>Waits for a card without a task and takes all that have none, up to a number.</summary>
    public async Task<IReadOnlyList<Member>> AcquireAll(int most, bool loaded, Func<Member, bool>? prefer, CancellationToken cancel)
    {
        Patience patience = new(_options.WaitForCard);
        while (true)
        {
            Task changed = Changed;
            Look();
            if (Failure is { } failure)
                throw failure;
            Member[] free = [.. Free(loaded).OrderByDescending(member => prefer?.Invoke(member) ?? false).Take(most)];
            foreach (Member member in free)
                member.IsBusy = true;
            if (free.Length > 0)
                return free;
            int here = Members.Count;
            if (here > 0)
                patience.Renew();
            await Wait(changed, here, patience, cancel);
        }
    }

    /// <summary>How many could be taken now.</summary>
    public int CountFree()
    {
        Look();
        return Free(loaded: true).Count();
    }

    /// <summary>A card has done its task, or failed at it.</summary>
    public void Return(Member member)
    {
        member.IsBusy = false;
        if (!_members.Contains(member))
            HandBack(member);
        else if (member.IsRecalled)
            Dismiss(member);
        _changed.Set();
    }

    /// <summary>Takes a card that nothing but loading has been asked of yet; null when there is none.</summary>
    public Member? AcquireUnloaded()
    {
        Look();
        Member? found = _members.Find(member => member is { IsBusy: false, IsLoaded: false, IsForTexts: false, IsUsable: true });
        if (found is not null)
            found.IsBusy = true;
        return found;
    }

    /// <summary>A card has the networks that a step and a chunk need.</summary>
    public void HasLoaded(Member member)
    {
        member.IsLoaded = true;
        _changed.Set();
    }

    public void Fail(Exception failure)
    {
        Failure ??= failure;
        _changed.Set();
    }

    /// <summary>Goes on without a card for good.</summary>
    /// <returns>False when that was so before.</returns>
    public bool Exclude(Member member, string cause)
    {
        if (!_out.Add(member.Card.Description.Instance))
            return false;
        LastCause = $"{member.Name}: {cause}";
        Dismiss(member);
        _changed.Set();
        return true;
    }

    /// <summary>Goes on without a card, and without any later start of it.</summary>
    public void Retire(Member member) => _retired.Add(member.Name);

    /// <summary>Why things stand as they do, for a last word.</summary>
    public void Note(string cause) => LastCause = cause;

    /// <summary>Gives all cards back, and takes none any more: what still runs of the job must not hold one for ever.</summary>
    public void Dispose()
    {
        _isOver = true;
        foreach (Member member in _members.ToArray())
            Dismiss(member);
    }

    private IEnumerable<Member> Free(bool loaded) => _members.Where(member => !member.IsBusy && member.IsUsable && (member.IsLoaded || !loaded));

    private void Dismiss(Member member)
    {
        if (_members.Remove(member) && !member.IsBusy)
            HandBack(member);
    }

    private void HandBack(Member member) => _leases.Return(member, isOut: !_isOver && !member.IsRecalled);

    private async Task Wait(Task changed, int here, Patience patience, CancellationToken cancel)
    {
        if (Failure is { } failure)
            throw failure;
        if (here == 0 && _directory.NoMoreExpected is { } why)
            throw why;
        if (here == 0 && patience.IsOver)
            throw new NoCardException($"no card is left ({LastCause}), and none came within {_options.WaitForCard.TotalSeconds:0} s: start one with opensora card");
        await Task.WhenAny(changed, Task.Delay(patience.Left, cancel));
        cancel.ThrowIfCancellationRequested();
    }
}
