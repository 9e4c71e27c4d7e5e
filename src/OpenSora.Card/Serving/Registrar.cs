using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;

namespace OpenSora.Card.Serving;

/// <summary>Keeps a card known to a silo: registers, tells that it lives, registers again when the silo has forgotten it. For the life of the process.</summary>
internal sealed class Registrar
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http;
    private readonly CardRegistration _registration;
    private readonly Func<CardHeartbeat> _heartbeat;

    public Registrar(CardOptions options, Uri silo, CardRegistration registration, Func<CardHeartbeat> heartbeat)
    {
        (_registration, _heartbeat) = (registration, heartbeat);
        SocketsHttpHandler handler = new();
        if (options.Tls is not null)
            handler.SslOptions = options.Tls.Client;
        _http = new HttpClient(handler) { BaseAddress = silo, Timeout = CardProtocol.Silence };
        if (options.Token.Length > 0)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", options.Token);
    }

    /// <summary>Goes on until it is cancelled. A silo that is away is tried again, ever more slowly, up to every 5 s.</summary>
    /// <param name="tell">Told when the silo does not answer, once until it does.</param>
    /// <exception cref="InputException">The silo refuses this card: its token, its protocol, or that another process has its name.</exception>
    public async Task Run(Action<string> tell, CancellationToken cancel)
    {
        bool known = false, silent = false;
        TimeSpan pause = CardProtocol.Heartbeat;
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                HttpStatusCode status = known ? await Beat(cancel) : await Register(cancel);
                Judge(status);
                known = status != HttpStatusCode.NotFound && status != HttpStatusCode.Gone;
                (silent, pause) = (false, CardProtocol.Heartbeat);
                if (!known)
                    continue;
            }
            catch (Exception error) when (error is HttpRequestException or TaskCanceledException && !cancel.IsCancellationRequested)
            {
                if (!silent)
                    tell($"{_registration.Name}: the silo at {_http.BaseAddress} does not answer ({error.Message}); trying again");
                silent = true;
                pause = TimeSpan.FromSeconds(Math.Min(Longest.TotalSeconds, pause.TotalSeconds * (1.2 + 0.6 * Random.Shared.NextDouble())));
            }
            await Task.Delay(pause, cancel).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    /// <summary>Says good-bye, if the silo listens.</summary>
    public async Task Leave()
    {
        try
        {
            using HttpResponseMessage left = await _http.DeleteAsync($"{CardProtocol.CardsPath}/{_registration.Name}?instance={_registration.Instance}");
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            // It will notice.
        }
    }

    private async Task<HttpStatusCode> Register(CancellationToken cancel)
    {
        using HttpResponseMessage answer = await _http.PostAsJsonAsync(CardProtocol.CardsPath, _registration, CardsJson.Default.CardRegistration, cancel);
        return answer.StatusCode;
    }

    private async Task<HttpStatusCode> Beat(CancellationToken cancel)
    {
        using HttpResponseMessage answer = await _http.PostAsJsonAsync(
            $"{CardProtocol.CardsPath}/{_registration.Name}/heartbeat", _heartbeat(), CardsJson.Default.CardHeartbeat, cancel);
        return answer.StatusCode;
    }

    private void Judge(HttpStatusCode status)
    {
        string? refusal = status switch
        {
            HttpStatusCode.Unauthorized => $"the silo at {_http.BaseAddress} has another token: give both the same {CardProtocol.TokenVariable}",
            HttpStatusCode.UpgradeRequired => $"the silo at {_http.BaseAddress} speaks another version of the protocol than {CardProtocol.Version}: install the same build everywhere",
            HttpStatusCode.Forbidden => $"the silo at {_http.BaseAddress} wants a certificate of its cluster: set {ClusterTls.CertificateVariable}, {ClusterTls.KeyVariable} and {ClusterTls.AuthorityVariable}",
            HttpStatusCode.Conflict => $"another process has registered as {_registration.Name} since: give each card a name of its own",
            _ => null,
        };
        if (refusal is not null)
            throw new InputException($"{_registration.Name}: {refusal}");
        if ((int)status >= 400 && status is not (HttpStatusCode.NotFound or HttpStatusCode.Gone))
            throw new HttpRequestException($"status {(int)status}");
    }
}
