using System.Text.Json.Serialization.Metadata;
using OpenSora.Client.Cards;
using OpenSora.Contracts;

namespace OpenSora.Client.Commands;

/// <summary>Asks a card program one question that it answers by calculating.</summary>
internal static class CardAnswer
{
    /// <summary>The last event; notices go to standard error. Ctrl-C ends it.</summary>
    public static async Task<CardEvent> To<T>(string command, T request, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        using CancellationTokenSource stop = CancelKeys.Link(cancel);
        return await Ask(command, request, type, stop.Token);
    }

    /// <summary>The same for a command that has its own way to be stopped.</summary>
    public static async Task<CardEvent> Ask<T>(string command, T request, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        using ChildProcess card = ChildProcess.StartCard(command, request, type);
        CardEvent last = new Failed(ExitCode.CardFailure, "no answer");
        await foreach (CardEvent happened in card.Events(cancel))
        {
            if (happened is Notice notice)
                Console.Error.WriteLine(notice.Message);
            last = happened;
        }
        return last;
    }
}
