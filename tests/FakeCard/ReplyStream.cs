using OpenSora.Contracts.Cards;

namespace OpenSora.FakeCard;

/// <summary>The replies of one task, with a sign of life now and then.</summary>
internal sealed class ReplyStream(HttpContext http, FakeState state, TimeSpan heartbeat)
{
    private readonly SemaphoreSlim _one = new(1);

    public HttpContext Http => http;

    public async Task Send(CardReply reply, params ReadOnlyMemory<byte>[] parts)
    {
        byte[] bytes = await Bytes(reply, parts);
        await Write(bytes);
    }

    /// <summary>Half of a reply, for a fault to come in between.</summary>
    public async Task SendHalf(CardReply reply, params ReadOnlyMemory<byte>[] parts)
    {
        byte[] bytes = await Bytes(reply, parts);
        await Write(bytes.AsMemory(0, bytes.Length / 2));
    }

    public async Task SendDamaged(CardReply reply, params ReadOnlyMemory<byte>[] parts)
    {
        byte[] bytes = await Bytes(reply, parts);
        bytes[^1] ^= 1;
        await Write(bytes);
    }

    public async Task StayAlive(CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                await Send(new Alive(state.Now));
                await Task.Delay(heartbeat, cancel);
            }
        }
        catch (Exception end) when (end is OperationCanceledException or IOException or ObjectDisposedException)
        {
        }
    }

    private async Task Write(ReadOnlyMemory<byte> bytes)
    {
        await _one.WaitAsync(http.RequestAborted);
        try
        {
            await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
        }
        finally
        {
            _one.Release();
        }
    }

    private static async Task<byte[]> Bytes(CardReply reply, ReadOnlyMemory<byte>[] parts)
    {
        using MemoryStream stream = new();
        await Parcels.Write(stream, reply, CardsJson.Default.CardReply, parts, CancellationToken.None);
        return stream.ToArray();
    }
}
