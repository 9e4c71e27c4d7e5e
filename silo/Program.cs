using OpenSora.Silo.Generation;
using OpenSora.Telemetry;

using ProcessTelemetry telemetry = ProcessTelemetry.Start("opensora-silo", Environment.MachineName);
if (args is ["generate"])
    return await GenerateCommand.Run();

// The host of the service. It tells its health truthfully: it lives, and it is not ready, since no card can join it yet.
WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
WebApplication app = builder.Build();
app.MapGet("/health/live", () => Results.Text("live"));
app.MapGet("/health/ready", () => Results.Text("not ready: no card has joined", statusCode: StatusCodes.Status503ServiceUnavailable));
app.Run();
return 0;
