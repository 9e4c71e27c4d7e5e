using System.CommandLine;
using OpenSora.Client.Commands;
using OpenSora.Contracts;
using OpenSora.Contracts.Files;

StandardStreams.Guard(isData: true);
RootCommand root = new("Long, high-resolution Open-Sora 1.2 video on accelerator cards.")
{
    GenerateCommand.Create(),
    BenchmarkCommand.Create(args),
    SweepCommand.Create(),
    AuditCommand.Create(),
    VerifyCommand.Create(),
    ProfileCommand.Create(),
    DoctorCommand.Create(),
    PlanCommand.Create(),
    SimulateCommand.Create(),
    CardCommand.Create(args),
    ServeCommand.Create(args),
};
foreach (Command command in ServiceCommands.All)
    root.Add(command);
TorchFlag.AddTo(root);

ParseResult parsed = root.Parse(args);
if ((parsed.Errors.FirstOrDefault()?.Message ?? Flag.TakenAsAValue(parsed)) is { } refusal)
{
    Console.Error.WriteLine($"opensora: {refusal.TrimEnd('.')}; see: opensora {parsed.CommandResult.Command.Name switch { var name when name == root.Name => "", var name => name + " " }}-h");
    return ExitCode.BadInput;
}

try
{
    TorchFlag.Apply(parsed);
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (OperationCanceledException)
{
    return ExitCode.Cancelled;
}
catch (InputException error)
{
    Console.Error.WriteLine($"opensora: {error.Message}");
    return ExitCode.BadInput;
}
catch (Exception error) when (error is CardException or DiskFullException or OutputLostException)
{
    Console.Error.WriteLine($"opensora: {error.Message}");
    return ExitCode.CardFailure;
}
