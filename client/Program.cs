using System.CommandLine;
using OpenSora.Client.Commands;
using OpenSora.Contracts;

RootCommand root = new("Long, high-resolution Open-Sora 1.2 video on accelerator cards.")
{
    GenerateCommand.Create(),
    VerifyCommand.Create(),
    PlanCommand.Create(),
    SimulateCommand.Create(),
    CardCommand.Create(args),
};

ParseResult parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    Console.Error.WriteLine($"opensora: {parsed.Errors[0].Message.TrimEnd('.')}; see: opensora {parsed.CommandResult.Command.Name switch { var name when name == root.Name => "", var name => name + " " }}-h");
    return ExitCode.BadInput;
}

try
{
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (InputException error)
{
    Console.Error.WriteLine($"opensora: {error.Message}");
    return ExitCode.BadInput;
}
