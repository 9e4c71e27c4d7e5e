using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OpenSora.Contracts.Cards;

namespace OpenSora.Card.Tests.Serving;

/// <summary>As much of a silo as a card needs: it registers cards and hears their heartbeats.</summary>
internal sealed class SiloDouble : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TaskCompletionSource<CardRegistration> _registered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SiloDouble(WebApplication app) => _app = app;

    public string Address => _app.Urls.First();

    /// <summary>The first card that came.</summary>
    public Task<CardRegistration> Registered => _registered.Task.WaitAsync(TimeSpan.FromMinutes(2));

    public ConcurrentQueue<string> Said { get; } = [];

    /// <summary>The status that registrations are answered with.</summary>
    public int Answer { get; set; } = StatusCodes.Status200OK;

    /// <summary>The status that heartbeats are answered with.</summary>
    public int HeartbeatAnswer { get; set; } = StatusCodes.Status200OK;

    public static async Task<SiloDouble> Start()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        SiloDouble silo = new(app);
        app.MapPost(CardProtocol.CardsPath, async (HttpContext http) =>
        {
            CardRegistration card = (await http.Request.ReadFromJsonAsync(CardsJson.Default.CardRegistration))!;
            silo.Said.Enqueue($"registered {card.Name}");
            silo._registered.TrySetResult(card);
            return Results.StatusCode(silo.Answer);
        });
        app.MapPost(CardProtocol.CardsPath + "/{name}/heartbeat", async (string name, HttpContext http) =>
        {
            CardHeartbeat heartbeat = (await http.Request.ReadFromJsonAsync(CardsJson.Default.CardHeartbeat))!;
            silo.Said.Enqueue($"{name} is {heartbeat.State}");
            int answer = silo.HeartbeatAnswer;
            silo.HeartbeatAnswer = StatusCodes.Status200OK;
            return Results.StatusCode(answer);
        });
        app.MapDelete(CardProtocol.CardsPath + "/{name}", (string name) =>
        {
            silo.Said.Enqueue($"{name} left");
            return Results.Ok();
        });
        await app.StartAsync();
        return silo;
    }

    /// <summary>Waits until something was said so often.</summary>
    public async Task Hear(string what, int times = 1)
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromMinutes(1));
        while (Said.Count(said => said == what) < times)
            await Task.Delay(20, deadline.Token);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
