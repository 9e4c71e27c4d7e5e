using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.FakeCard;
using OpenSora.Hosting;
using OpenSora.Hosting.Cards;
using OpenSora.Links;

// A card without a model, for tests of those who give cards work: it takes the card program's command line, is a silo with the real
// card's calls and links, and what it computes is arithmetic on bytes. What goes wrong, and when, is told with each task.
string name = args[0], token = Environment.GetEnvironmentVariable(CardProtocol.TokenVariable) ?? "";
string Flag(string flag, string otherwise) => Array.IndexOf(args, flag) is var at and >= 0 ? args[at + 1] : otherwise;
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

using CancellationTokenSource stop = new();
CardDesk desk = new();
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
{
    signal.Cancel = true;
    desk.Drain();
    stop.Cancel();
});
if (args.Contains("--leash"))
    new Thread(() => { Console.In.Read(); Environment.Exit(0); }) { IsBackground = true }.Start();

using LinkListener listener = new(LinkAddress.Parse(FakeLinks.Of(name)), Encoding.UTF8.GetBytes(token), new LinkOptions());
AppDomain.CurrentDomain.ProcessExit += (_, _) => listener.Dispose();
FakeParts parts = new(desk, new FakeState(name), listener, new CardDescription
{
    Name = name,
    Instance = "",
    Links = LinkAddress.Format(listener.Address),
    Device = Flag("--device", "cpu"),
    Kind = Flag("--kind", "fake"),
    Threads = int.Parse(Flag("--threads", "1"), CultureInfo.InvariantCulture),
    MemoryBytes = 1 << 30,
    Build = "fake",
    Protocol = int.Parse(Flag("--protocol", CardProtocol.Version.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture),
    ProcessId = Environment.ProcessId,
});
SiloPlace place = new()
{
    Name = OnItsCard.SiloOf(name),
    Endpoint = new IPEndPoint(IPAddress.Loopback, 0),
    Primary = args.Contains("--clustering") ? null : IPEndPoint.Parse(Flag("--join", "")),
    Database = args.Contains("--clustering") ? Environment.GetEnvironmentVariable(CardProtocol.DatabaseVariable) : null,
    IsCard = true,
    Token = token,
};
try
{
    while (!stop.IsCancellationRequested
        && await CardSilo.Join(() => place, builder => builder.Services.AddSingleton(parts).AddSingleton<FakeCard>(), Console.Error.WriteLine, stop.Token) is { } silo)
    {
        await using CardSilo own = silo;
        await Task.WhenAny(silo.IsOut, Task.Delay(Timeout.Infinite, stop.Token));
        if (stop.IsCancellationRequested)
            await desk.WaitUntilFree(CardProtocol.Drain);
    }
}
catch (InputException refused)
{
    Console.Error.WriteLine($"opensora: {refused.Message}");
    return ExitCode.BadInput;
}
return ExitCode.Done;
