using System.Runtime.InteropServices;
using OpenSora.Card;
using OpenSora.Card.Serving;
using OpenSora.Contracts;
using OpenSora.Contracts.Files;
using OpenSora.Contracts.Settings;

StandardStreams.Guard(isData: false);

// One card: one process, one device. It serves a cluster, or answers one request of the command line.
if (args is not [var first, ..] || first.StartsWith('-'))
{
    Console.Error.WriteLine(CardOptions.Usage);
    return ExitCode.BadInput;
}
if (RequestLine.Knows(first))
    return Answer(first);
try
{
    CardSettings settings = SettingsReader.Read<CardSettings>();
    return await ServingCard.Run(CardOptions.Parse(args, settings), settings);
}
catch (Exception error)
{
    Failed failed = CardFailures.Explain(error);
    Console.Error.WriteLine(failed.Message);
    return failed.ExitCode;
}

// A request comes as one line of JSON on standard input, events go out on standard output. An end of input asks the card
// to stop: so it never outlives whoever started it.
static int Answer(string command)
{
    using CancellationTokenSource stop = new();
    void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true;
        stop.Cancel();
    }
    using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
    using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    EventWriter events = new(Console.OpenStandardOutput());
    string request = Console.In.ReadLine() ?? "";
    new Thread(() => { Console.In.Read(); stop.Cancel(); }) { IsBackground = true, Name = "standard input" }.Start();
    using TorchThread torch = new();
    return torch.Run(() => CardFailures.Report(events, () => RequestLine.Run(command, request, SettingsReader.Read<CardSettings>(), events, stop.Token))).GetAwaiter().GetResult();
}
