using System.CommandLine;
using OpenSora.Client.Cards;
using OpenSora.Contracts;

namespace OpenSora.Client.Commands;

/// <summary><c>opensora card</c>: a card of this machine for a silo anywhere. All flags are the card program's own.</summary>
internal static class CardCommand
{
    /// <param name="line">The whole command line.</param>
    public static Command Create(string[] line)
    {
        Command command = new("card", "Run one card that joins a silo, until it is stopped; Ctrl-C lets it end its work first. "
            + "Usage: opensora card [NAME] --join URL [--device cpu] [--threads 1] [--links tcp:HOST:PORT] …; the token is OPENSORA_TOKEN.");
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction((_, _) => Run(line[1..]));
        return command;
    }

    /// <summary>The command line after <c>card</c>, as it was given: flags here are not ours to know.</summary>
    private static Task<int> Run(string[] arguments)
    {
        bool isNamed = arguments.Length > 0 && !arguments[0].StartsWith('-');
        return ForegroundProcess.Run(Installation.CardProgram(), [.. isNamed ? [] : new[] { $"{Environment.MachineName}-{Environment.ProcessId}" }, .. arguments, "--leash"]);
    }
}
