using System.CommandLine;
using OpenSora.Client.Cards;
using OpenSora.Contracts;

namespace OpenSora.Client.Commands;

/// <summary><c>opensora serve</c>: a service of videos with its page. All flags are the silo program's own.</summary>
internal static class ServeCommand
{
    /// <param name="line">The whole command line.</param>
    public static Command Create(string[] line)
    {
        Command command = new("serve", "Serve videos over HTTP, with a page at /, until it is stopped. "
            + "Usage: opensora serve [--urls http://127.0.0.1:8080] [--cards 1] [--threads K] [--store DIR] …; serve --help tells all.");
        command.TreatUnmatchedTokensAsErrors = false;
        command.Options.Clear(); // its own help is the silo's
        command.SetAction((_, _) => Companion.Run(Installation.SiloProgram(), ["serve", .. line[1..], "--leash"]));
        return command;
    }
}
