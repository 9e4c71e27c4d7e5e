using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;

namespace OpenSora.Cluster.Cards;

/// <summary>One reply, with its tensors.</summary>
public sealed record Answer<T>(T Header, IReadOnlyList<ReadOnlyMemory<byte>> Parts) where T : CardReply;

/// <summary>
/// Gives tasks to cards over HTTP. Nothing waits longer than <see cref="ClusterOptions.ReplySilence"/> for a card that says
/// nothing; a task itself may take as long as it takes. Thread-safe.
/// </summary>
/// <param name="token">What all processes of the cluster share.</param>
/// <param name="tls">For cards that take tasks at https addresses; null when there are none.</param>
public sealed class CardClient(string token, ClusterOptions options, ClusterTls? tls = null) : IDisposable
{
    // A connection carries one task and its end stops the task, so none is used again.
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        ConnectTimeout = options.ReplySilence,
        PooledConnectionLifetime = TimeSpan.Zero,
        UseProxy = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        SslOptions = tls?.Client ?? new(),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Does one task on one card.</summary>
    /// <param name="heard">Sees all replies but the last, in order; the next one is read when it has returned.</param>
    /// <exception cref="InputException">The card says that the task cannot be done as asked, by nobody.</exception>
    /// <exception cref="CannotFitException">It cannot fit.</exception>
    /// <exception cref="CardFault">This card did not do it.</exception>
    public async Task<Answer<T>> Run<T>(Card card, TaskOrder order, Action<CardReply, IReadOnlyList<ReadOnlyMemory<byte>>>? heard, CancellationToken cancel)
        where T : LastReply
    {
        using Activity? span = Tracing.Task(card, order.Task);
        try
        {
            return await Ask<T>(card, order, heard, cancel);
        }
        catch (Exception failure)
        {
            span.Fail(failure);
            throw;
        }
    }

    private async Task<Answer<T>> Ask<T>(Card card, TaskOrder order, Action<CardReply, IReadOnlyList<ReadOnlyMemory<byte>>>? heard, CancellationToken cancel)
        where T : LastReply
    {
        try
        {
            using HttpResponseMessage response = await Begin(card, order, cancel);
            await using DeadlineStream body = new(await response.Content.ReadAsStreamAsync(cancel), options.ReplySilence);
            while (await Parcels.Read(body, CardsJson.Default.CardReply, cancel) is { } parcel)
            {
                switch (parcel.Header)
                {
                    case TaskFailed failed:
                        throw Failure(card, failed);
                    case T last:
                        return new Answer<T>(last, parcel.Parts);
                    case LastReply other:
                        throw new CardLostException(card, $"answered a {order.Task.GetType().Name} with {other.GetType().Name}");
                    default:
                        heard?.Invoke(parcel.Header, parcel.Parts);
                        break;
                }
            }
            throw new CardLostException(card, "its answer ended before the task did");
        }
        catch (TimeoutException)
        {
            throw new CardSilentException(card, options.ReplySilence);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            throw error.InnerException is TimeoutException ? new CardSilentException(card, options.ReplySilence) : new CardLostException(card, Words(error));
        }
    }

    /// <summary>Asks a card whether it lives.</summary>
    /// <returns>Its state; null when it does not answer in time, or is another start of the card.</returns>
    public async Task<CardState?> Probe(Card card, CancellationToken cancel)
    {
        try
        {
            using HttpRequestMessage request = NewRequest(HttpMethod.Get, card, CardProtocol.HealthPath);
            return await Deadline.Within(options.ProbeTimeout, async within =>
            {
                using HttpResponseMessage response = await _http.SendAsync(request, within);
                response.EnsureSuccessStatusCode();
                CardHeartbeat? health = await response.Content.ReadFromJsonAsync(CardsJson.Default.CardHeartbeat, within);
                return health?.Instance == card.Registration.Instance ? health.State : (CardState?)null;
            }, cancel);
        }
        catch (Exception error) when (!cancel.IsCancellationRequested)
        {
            _ = error;
            return null;
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Sends a task; to a card that has not quite ended the one before, once more a moment later.</summary>
    private async Task<HttpResponseMessage> Begin(Card card, TaskOrder order, CancellationToken cancel)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return await Send(card, order, cancel);
            }
            catch (CardBusyException) when (Stopwatch.GetElapsedTime(start) < options.ReplySilence)
            {
                await Task.Delay(10, cancel);
            }
        }
    }

    /// <summary>Sends all of a task, if the card takes it; the card says something as soon as it has it.</summary>
    private async Task<HttpResponseMessage> Send(Card card, TaskOrder order, CancellationToken cancel)
    {
        using HttpRequestMessage request = NewRequest(HttpMethod.Post, card, CardProtocol.TaskPath);
        TaskContent content = new(order, options.ReplySilence);
        request.Content = content;
        request.Headers.ExpectContinue = true;
        using CancellationTokenSource silent = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        content.Sent += () => silent.CancelAfter(options.ReplySilence);
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silent.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested && silent.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
        if (response.IsSuccessStatusCode)
            return response;
        HttpStatusCode status = response.StatusCode;
        response.Dispose();
        throw status switch
        {
            HttpStatusCode.Unauthorized => new CardException($"{card.Name} refused the token: give all processes the same {CardProtocol.TokenVariable}"),
            HttpStatusCode.Forbidden => new CardException($"{card.Name} wants a certificate of its cluster: give all processes the same {ClusterTls.AuthorityVariable}"),
            HttpStatusCode.UpgradeRequired => new CardException($"{card.Name} speaks another version of the protocol than {CardProtocol.Version}: install the same build everywhere"),
            HttpStatusCode.Conflict => new CardBusyException(card, "has another task, or had one of a later epoch"),
            HttpStatusCode.ServiceUnavailable => new CardLeavingException(card, "is about to leave"),
            _ => new CardLostException(card, $"answered with status {(int)status}"),
        };
    }

    private HttpRequestMessage NewRequest(HttpMethod method, Card card, string path)
    {
        HttpRequestMessage request = new(method, card.Registration.Control.TrimEnd('/') + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Add("X-OpenSora-Protocol", CardProtocol.Version.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return request;
    }

    private static Exception Failure(Card card, TaskFailed failed) => failed.ExitCode switch
    {
        ExitCode.BadInput => new InputException(failed.Message),
        ExitCode.CannotFit => new CannotFitException(failed.Message),
        _ => new CardFailedException(card, failed.Message, failed.Rank),
    };

    private static string Words(Exception error) => error switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => "took no connection",
        ParcelException => error.Message,
        _ => "its connection broke",
    };
}
