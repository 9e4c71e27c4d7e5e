using System.Runtime.InteropServices;
using System.Text.Json;
using OpenSora.Card;
using OpenSora.Contracts;

// One card: one process, one device. A request comes as one line of JSON on standard input, events go out on standard
// output. An end of input asks the card to stop: so it never outlives whoever started it.
using CancellationTokenSource stop = new();
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

EventWriter events = new(Console.OpenStandardOutput());
string? request = Console.In.ReadLine();
if (args is not ["generate" or "verify" or "plan" or "simulate"] || request is null)
{
    Console.Error.WriteLine("usage: OpenSora.Card generate|verify|plan|simulate, with a request as one line of JSON on standard input");
    return ExitCode.BadInput;
}
Thread input = new(() => { Console.In.Read(); stop.Cancel(); }) { IsBackground = true, Name = "standard input" };
input.Start();

// Torch work has a thread of its own: its dispose scopes and OpenMP's thread count belong to the thread.
int code = ExitCode.CardFailure;
Thread torch = new(() => code = CardFailures.Report(events, () => Work(args[0], request)), maxStackSize: 16 << 20) { Name = "torch" };
torch.Start();
torch.Join();
return code;

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}

CardEvent Work(string command, string json) => PlanTaskLine.Knows(command)
    ? PlanTaskLine.Run(command, json, stop.Token)
    : command == "generate"
    ? GenerateTask.Run(Read(json, ContractsJson.Default.GenerationRequest), events, stop.Token)
    : VerifyTask.Run(Read(json, ContractsJson.Default.VerificationRequest), events, stop.Token);

static T Read<T>(string json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
{
    try
    {
        return JsonSerializer.Deserialize(json, type) ?? throw new InputException("the request is empty");
    }
    catch (JsonException error)
    {
        throw new InputException($"the request is not valid JSON: {error.Message}", error);
    }
}
