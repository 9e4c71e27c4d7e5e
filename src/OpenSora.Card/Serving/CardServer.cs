using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenSora.Card.Faults;
using OpenSora.Card.Tasks;
using OpenSora.Contracts.Cards;
using OpenSora.Links;
using OpenSora.Telemetry;

namespace OpenSora.Card.Serving;

/// <summary>A card's HTTP endpoint: tasks in, replies out, and whether it lives.</summary>
internal sealed class CardServer : IAsyncDisposable
{
    /// <summary>How long a task waits for one that was stopped and is about to end.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly WebApplication _app;
    private readonly TaskDesk _desk;
    private readonly SharedToken _token;
    private readonly TorchThread _torch;
    private readonly Func<CardTask, Parcel<CardTask>, IEnumerable<Contracts.Clips.RgbImage>, ReplyStream, ActivityContext, CancellationToken, TaskResult> _do;

    private CardServer(WebApplication app, CardOptions options, TaskDesk desk, TorchThread torch, CardDevice device, LinkListener listener, FaultPlan faults, Func<CardHeartbeat> heartbeat)
    {
        (_app, _desk, _torch, _token) = (app, desk, torch, new SharedToken(options.Token));
        ModelShelf shelf = new(device);
        byte[] token = System.Text.Encoding.UTF8.GetBytes(options.Token);
        _do = (task, parcel, frames, replies, parent, cancel) => CardTasks.Run(new TaskContext(
            task, parcel.Parts, frames, (reply, parts) => replies.Send(reply, parts, cancel), device, shelf, listener, token, options.Tls, faults, parent, cancel));
        app.MapGet(CardProtocol.HealthPath, () => Results.Json(Health(), CardsJson.Default.CardHealth));
        app.MapPost(CardProtocol.TaskPath, Work);

        CardHealth Health()
        {
            CardHeartbeat now = heartbeat();
            long links = listener.WrongTokens + listener.WrongProtocols + listener.WrongEpochs + listener.NoMembers + listener.NoGreetings;
            return new CardHealth(now.Instance, now.State, now.FreeMemoryBytes, _token.Refused, links);
        }
    }

    /// <summary>The address that tasks are taken at, with its port.</summary>
    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>The host of all that a card tells, and of its server, which does not listen yet.</summary>
    public static WebApplication Build(CardOptions options, TelemetryOptions telemetry)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Warning);
        builder.AddTelemetry(telemetry, "opensora-card", options.Name);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>(); // signals are this program's own
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(options.Listen, listen =>
            {
                // Whoever asks how it is need not be a member: probes have no certificate.
                if (options.Tls is { } tls)
                    listen.UseHttps(https => (https.ServerCertificate, https.ClientCertificateMode, https.ClientCertificateValidation) =
                        (tls.Certificate, ClientCertificateMode.AllowCertificate, (certificate, _, _) => tls.IsMember(certificate)));
            });
        });
        return builder.Build();
    }

    /// <summary>Listens.</summary>
    /// <exception cref="IOException">The address is taken.</exception>
    public static async Task<CardServer> Start(
        WebApplication host, CardOptions options, TaskDesk desk, TorchThread torch, CardDevice device, LinkListener listener, FaultPlan faults, Func<CardHeartbeat> heartbeat)
    {
        CardServer server = new(host, options, desk, torch, device, listener, faults, heartbeat);
        await host.StartAsync();
        return server;
    }

    /// <summary>Ends answers that are under way, for a moment; then connections are closed.</summary>
    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource moment = new(TimeSpan.FromSeconds(1));
        await _app.StopAsync(moment.Token);
    }

    private async Task Work(HttpContext http)
    {
        CancellationToken cancel = http.RequestAborted;
        if (http.Request.IsHttps && http.Connection.ClientCertificate is null)
            await Refuse(http, HttpStatusCode.Forbidden, $"a task comes with a certificate of the cluster: give all processes the same {ClusterTls.AuthorityVariable}");
        else if (!_token.Admits(http.Request.Headers.Authorization))
            await Refuse(http, HttpStatusCode.Unauthorized, $"this card has another {CardProtocol.TokenVariable}");
        else if (http.Request.Headers["X-OpenSora-Protocol"] != CardProtocol.Version.ToString(CultureInfo.InvariantCulture))
            await Refuse(http, HttpStatusCode.UpgradeRequired, $"this card speaks version {CardProtocol.Version} of the protocol: install the same build everywhere");
        else if (_desk.State == CardState.Draining)
            await Refuse(http, HttpStatusCode.ServiceUnavailable, "this card is about to leave");
        else if (await _desk.Take(Patience, cancel) is { } seat)
            using (seat)
                await Begin(http, cancel);
        else
            await Refuse(http, HttpStatusCode.Conflict, "this card has another task");
    }

    private async Task Begin(HttpContext http, CancellationToken aborted)
    {
        Parcel<CardTask>? parcel = null;
        string why = "it is empty";
        try
        {
            parcel = await Parcels.Read(http.Request.Body, CardsJson.Default.CardTask, aborted);
        }
        catch (Exception error) when (error is ParcelException or NotSupportedException)
        {
            why = error.Message; // NotSupportedException: JSON that does not say which task
        }
        if (parcel is null)
            await Refuse(http, HttpStatusCode.BadRequest, $"the request holds no task: {why}");
        else
            await Work(http, parcel, aborted);
    }

    private async Task Work(HttpContext http, Parcel<CardTask> parcel, CancellationToken aborted)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        http.Response.ContentType = CardProtocol.ContentType;
        ReplyStream replies = new(http.Response.Body, () => _desk.State);
        Task writing = replies.Write(stop.Token);
        ActivityContext parent = Activity.Current?.Context ?? default;
        Task working = _torch.Run(() =>
        {
            try
            {
                TaskResult result = _do(parcel.Header, parcel, FrameParcels.Read(http.Request.Body, parcel.Header, stop.Token), replies, parent, stop.Token);
                replies.Send(result.Reply, result.Parts, stop.Token);
            }
            catch (OperationCanceledException)
            {
                // Nobody reads any more.
            }
            finally
            {
                replies.Complete();
            }
            return true;
        });
        try
        {
            await writing;
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            stop.Cancel();
        }
        await working; // the card is not free before
    }

    private static Task Refuse(HttpContext http, HttpStatusCode status, string why)
    {
        http.Response.StatusCode = (int)status;
        return http.Response.WriteAsync(why + "\n");
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
