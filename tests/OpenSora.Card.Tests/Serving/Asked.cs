using System.Text;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Clips;
using OpenSora.Hosting.Cards;
using OpenSora.Links;

namespace OpenSora.Card.Tests.Serving;

/// <summary>One reply, with its tensors.</summary>
internal sealed record Reply(CardReply Header, IReadOnlyList<ReadOnlyMemory<byte>> Parts);

/// <summary>A task that a card was asked for, of whose answer nothing is read yet.</summary>
internal sealed class Asked : IAsyncDisposable
{
    private readonly IAsyncEnumerator<CardAnswer> _answers;
    private readonly CancellationTokenSource _over = new();
    private readonly CardDescription _card;
    private readonly CardCall _call;
    private readonly Part[] _sent;
    private PartLink? _link;
    private bool _isOver;

    /// <param name="epoch">Of the call.</param>
    public Asked(Coordinator coordinator, CardDescription card, CardTask task, IReadOnlyList<ReadOnlyMemory<byte>> parts, IReadOnlyList<RgbImage> frames, long epoch)
    {
        _card = card;
        _sent = [.. parts.Select(Part.Of), .. frames.Select(frame => new Part([frame.Height, frame.Width, 3], frame.Pixels))];
        _call = new CardCall(Guid.NewGuid().ToString("n"), card.Instance, coordinator.Silo, task.Job, epoch, parts.Count);
        _answers = Begin(coordinator.Grains.GetGrain<ICardGrain>(card.Name), task).GetAsyncEnumerator(_over.Token);
    }

    /// <summary>The next reply, signs of life left out; null at the end.</summary>
    public async Task<Reply?> Next()
    {
        while (!_isOver && await _answers.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(2)))
        {
            CardAnswer answer = _answers.Current;
            if (_link is null && answer.Reply is not LastReply)
                await Connect();
            Reply reply = new(answer.Reply, [.. Enumerable.Range(0, answer.Parts).Select(_ => _link!.Receive(isPatient: true, CancellationToken.None).Bytes)]);
            _isOver = answer.Reply is LastReply;
            if (_isOver)
                _link?.Dispose();
            if (answer.Reply is not Alive)
                return reply;
            LastState = ((Alive)answer.Reply).State;
        }
        return null;
    }

    /// <summary>What the card last said of itself.</summary>
    public CardState? LastState { get; private set; }

    /// <summary>All replies that are left.</summary>
    public async Task<List<Reply>> Rest()
    {
        List<Reply> replies = [];
        while (await Next() is { } reply)
            replies.Add(reply);
        return replies;
    }

    /// <summary>Reads on to the next reply of a kind.</summary>
    public async Task<T> Read<T>() where T : CardReply
    {
        while (await Next() is { } reply)
        {
            if (reply.Header is T wanted)
                return wanted;
            Assert.IsNotType<TaskFailed>(reply.Header);
        }
        throw new InvalidOperationException($"the answer ended without a {typeof(T).Name}");
    }

    /// <summary>Goes away.</summary>
    public async ValueTask DisposeAsync()
    {
        _link?.Dispose();
        await _over.CancelAsync();
        try
        {
            await _answers.DisposeAsync();
        }
        catch (Exception)
        {
            // The card may be gone.
        }
    }

    private async Task Connect()
    {
        _link = await Task.Run(() => PartLink.Connect(LinkAddress.Parse(_card.Links), _call.Name, Encoding.UTF8.GetBytes(RunningCard.Token), new LinkOptions(), CancellationToken.None));
        _ = Task.Run(() =>
        {
            foreach (Part part in _sent)
                _link.Send(part);
        });
    }

    private IAsyncEnumerable<CardAnswer> Begin(ICardGrain grain, CardTask task) => task switch
    {
        LoadTask load => grain.Load(_call, load, _over.Token),
        EncodeTextTask text => grain.EncodeText(_call, text, _over.Token),
        EncodeReferenceTask reference => grain.EncodeReference(_call, reference, _over.Token),
        StartTask start => grain.Start(_call, start, _over.Token),
        DenoiseTask denoise => grain.Denoise(_call, denoise, _over.Token),
        DecodeTask decode => grain.Decode(_call, decode, _over.Token),
        _ => throw new ArgumentException($"{task}", nameof(task)),
    };
}
