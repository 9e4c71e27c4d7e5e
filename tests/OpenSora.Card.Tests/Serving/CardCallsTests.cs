using System.Net;
using System.Text;
using OpenSora.Contracts.Cards;
using OpenSora.Hosting.Cards;
using OpenSora.Links;

namespace OpenSora.Card.Tests.Serving;

/// <summary>A coordinator that is lost asks for no further reply. The card is free all the same.</summary>
public sealed class CardCallsTests : IDisposable
{
    private static readonly byte[] s_token = Encoding.UTF8.GetBytes("secret");
    private static readonly LinkOptions s_patient = new() { Joining = TimeSpan.FromMinutes(10), Silence = TimeSpan.FromMinutes(10) };

    private readonly CardDesk _desk = new();
    private readonly LinkListener _listener = new(LinkAddress.Parse("tcp:127.0.0.1:0"), s_token, s_patient);
    private volatile bool _isGone;

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task LostBeforeItConnects()
    {
        IAsyncEnumerator<CardAnswer> answers = Begin((_, _, _) => Task.CompletedTask);
        Assert.True(await answers.MoveNextAsync());
        Assert.Equal(CardState.Busy, _desk.State);
        _isGone = true;
        await Free();
    }

    [Fact]
    public async Task LostBetweenTwoReplies()
    {
        IAsyncEnumerator<CardAnswer> answers = Begin((exchange, _, cancel) => Task.Run(() =>
        {
            for (int step = 1; ; step++)
                exchange.Send(new FramesDecoded(step), [], cancel);
        }, CancellationToken.None));
        Assert.True(await answers.MoveNextAsync());
        using (PartLink link = PartLink.Connect(_listener.Address, "call", s_token, s_patient, CancellationToken.None))
            for (int i = 0; i < 3; i++)
                Assert.True(await answers.MoveNextAsync());
        await Free();
    }

    private IAsyncEnumerator<CardAnswer> Begin(CardWork work) => new CardCalls("this", _desk, _listener, s_patient, _ => _isGone, () => 0)
        .Run(new CardCall("call", "this", SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 1), 1), "job", 1, 0), work, CancellationToken.None).GetAsyncEnumerator();

    private async Task Free()
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromMinutes(1));
        while (_desk.State != CardState.Idle)
            await Task.Delay(20, deadline.Token);
        Assert.NotNull((await _desk.Take("another", 1, TimeSpan.Zero, CancellationToken.None)).Seat);
    }
}
