using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.FakeCard;

// A card without a model, for tests of those who give cards work: it takes the card program's command line and speaks its
// protocol, and what it computes is arithmetic on bytes. What goes wrong, and when, is told with each task.
string name = args[0], token = Environment.GetEnvironmentVariable(CardProtocol.TokenVariable) ?? "";
string Flag(string flag, string otherwise) => Array.IndexOf(args, flag) is var at and >= 0 ? args[at + 1] : otherwise;
string[] joins = Flag("--join", "").Split(',');
string kind = Flag("--kind", "fake");
TimeSpan heartbeat = TimeSpan.FromMilliseconds(double.Parse(Environment.GetEnvironmentVariable("FAKECARD_HEARTBEAT_MS") ?? "100", CultureInfo.InvariantCulture));
if (Flag("--device", "cpu") == "tpu")
{
    Console.Error.WriteLine("opensora: --device tpu is not known: give cpu");
    return ExitCode.BadInput;
}
if (Flag("--device", "cpu") == "broken")
{
    Console.Error.WriteLine("the driver is upset");
    return 134;
}

FakeState state = new(name);
using HttpClient peers = new() { Timeout = Timeout.InfiniteTimeSpan };
WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
await using WebApplication app = builder.Build();
app.MapGet(CardProtocol.HealthPath, () => Results.Json(new CardHeartbeat(state.Instance, state.Now, 0), CardsJson.Default.CardHeartbeat));
app.MapGet("/fake/step", async (long epoch, int step, HttpContext http) =>
    await state.Await(epoch, step, http.RequestAborted) ? Results.Ok() : Results.StatusCode(StatusCodes.Status410Gone));
app.MapPost(CardProtocol.TaskPath, Serve);
await app.StartAsync();
string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

CardRegistration registration = new()
{
    Name = name,
    Instance = state.Instance,
    Control = address,
    Links = address,
    Device = Flag("--device", "cpu"),
    Kind = kind,
    Threads = int.Parse(Flag("--threads", "1"), CultureInfo.InvariantCulture),
    MemoryBytes = 1 << 30,
    Build = "fake",
    Protocol = int.Parse(Flag("--protocol", $"{CardProtocol.Version}"), CultureInfo.InvariantCulture),
    ProcessId = Environment.ProcessId,
};
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
{
    signal.Cancel = true;
    state.Drain();
});
if (args.Contains("--leash"))
    new Thread(() => { Console.In.Read(); Environment.Exit(0); }) { IsBackground = true }.Start();

using HttpClient silo = new() { Timeout = TimeSpan.FromSeconds(2) };
silo.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
return (await Task.WhenAll(joins.Select(Stay))).Max();

async Task<int> Stay(string join)
{
    for (bool registered = false; ; await Task.Delay(heartbeat))
    {
        HttpStatusCode? status = await Tell(join, registered);
        if (status is HttpStatusCode.Unauthorized or HttpStatusCode.UpgradeRequired or HttpStatusCode.Conflict)
            Environment.Exit(ExitCode.CardFailure);
        registered = status is HttpStatusCode.OK;
        if (state.Now != CardState.Draining || !state.Idle.Task.IsCompleted)
            continue;
        using HttpResponseMessage left = await silo.DeleteAsync($"{join}{CardProtocol.CardsPath}/{name}?instance={state.Instance}");
        return ExitCode.Done;
    }
}

async Task<HttpStatusCode?> Tell(string join, bool registered)
{
    try
    {
        using HttpResponseMessage answer = registered
            ? await silo.PostAsJsonAsync($"{join}{CardProtocol.CardsPath}/{name}/heartbeat", new CardHeartbeat(state.Instance, state.Now, 0), CardsJson.Default.CardHeartbeat)
            : await silo.PostAsJsonAsync($"{join}{CardProtocol.CardsPath}", registration, CardsJson.Default.CardRegistration);
        return answer.StatusCode;
    }
    catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
    {
        return null;
    }
}

async Task Serve(HttpContext http)
{
    if (http.Request.Headers.Authorization != $"Bearer {token}")
    {
        http.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return;
    }
    if (state.Take() is { } refusal)
    {
        http.Response.StatusCode = refusal;
        return;
    }
    using CancellationTokenSource done = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
    ReplyStream replies = new(http, state, heartbeat);
    Task alive = Task.CompletedTask;
    int end = -1;
    try
    {
        Parcel<CardTask> order = (await Parcels.Read(http.Request.Body, CardsJson.Default.CardTask, http.RequestAborted))!;
        Faults faults = new(FakeSettings.Of(order.Header.Request), state, replies);
        FakeTasks work = new(order.Header, order.Parts, state, faults, peers, http.RequestAborted);
        http.Response.ContentType = CardProtocol.ContentType;
        alive = replies.StayAlive(done.Token);
        try
        {
            await work.Run(() => Frames(http, order.Header is EncodeReferenceTask { Frames: var count } ? count : 0));
            end = int.MaxValue;
        }
        catch (PeerLostException lost)
        {
            await replies.Send(new TaskFailed(ExitCode.CardFailure, $"rank {lost.Rank} is gone: {lost.Message}", lost.Rank));
        }
        catch (AccusationException)
        {
            await replies.Send(new TaskFailed(ExitCode.CardFailure, "the next rank said something odd", ((DenoiseTask)order.Header).Links.Count - 1 - ((DenoiseTask)order.Header).Rank));
        }
        catch (CardException failure)
        {
            await replies.Send(new TaskFailed(ExitCode.CardFailure, failure.Message));
        }
        catch (InputException failure)
        {
            await replies.Send(new TaskFailed(ExitCode.BadInput, failure.Message));
        }
    }
    catch (Exception over) when (over is OperationCanceledException or IOException)
    {
    }
    finally
    {
        state.Reach(end);
        done.Cancel();
        await alive;
        state.Give();
    }
}

static async Task<IReadOnlyList<Parcel<ReferenceFrame>>> Frames(HttpContext http, int count)
{
    List<Parcel<ReferenceFrame>> frames = [];
    for (int i = 0; i < count; i++)
        frames.Add((await Parcels.Read(http.Request.Body, CardsJson.Default.ReferenceFrame, http.RequestAborted))!);
    return frames;
}
