using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using OpenSora.Client.Cards;
using OpenSora.Contracts;

namespace OpenSora.Client.Commands;

/// <summary><c>opensora serve</c>: a service of videos with its page. All flags are the silo program's own.</summary>
internal static class ServeCommand
{
    /// <param name="line">The whole command line.</param>
    public static Command Create(string[] line)
    {
        Command command = new("serve", "Serve videos over HTTP, with a page at /, until it is stopped; serve -h tells all flags.") { TreatUnmatchedTokensAsErrors = false };
        command.Options.Add(new HelpOption { Action = new SiloHelp() });
        command.SetAction((_, _) => Run([.. line[1..], "--leash"]));
        return command;
    }

    private static Task<int> Run(IEnumerable<string> arguments) => ForegroundProcess.Run(Installation.SiloProgram(), ["serve", .. arguments]);

    private sealed class SiloHelp : AsynchronousCommandLineAction
    {
        public override Task<int> InvokeAsync(ParseResult parseResult, CancellationToken cancellationToken = default) => Run(["-h"]);
    }
}
