using System.Runtime.InteropServices;
using System.Text.Json;
using OpenSora.Card;
using OpenSora.Contracts;
using OpenSora.Contracts.Files;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Settings;
using OpenSora.Generate;

StandardStreams.Guard(isData: false);

// An order comes as one line of JSON on standard input, events go out on standard output. The end of input asks it to stop: so it never
// outlives whoever started it.
using CancellationTokenSource stop = new();
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
EventWriter events = new(Console.OpenStandardOutput());
string? line = Console.In.ReadLine();
new Thread(() => { Console.In.Read(); stop.Cancel(); }) { IsBackground = true, Name = "standard input" }.Start();
CardEvent last;
try
{
    last = new Generated(await PrivateCluster.Run(Read(line), SettingsReader.Read<GenerateSettings>(), events, stop.Token));
}
catch (Exception error)
{
    last = error is OperationCanceledException ? new Failed(ExitCode.Cancelled, error.Message) : CardFailures.Explain(error);
}
events.Write(last);
return last is Failed failed ? failed.ExitCode : ExitCode.Done;

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}

static GenerationOrder Read(string? line)
{
    try
    {
        return JsonSerializer.Deserialize(line ?? "", ContractsJson.Default.GenerationOrder) ?? throw new InputException("the order is empty");
    }
    catch (JsonException error)
    {
        throw new InputException($"the order is not valid JSON: {error.Message}", error);
    }
}
