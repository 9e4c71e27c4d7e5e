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
        using ChildProcess card = ChildProcess.StartCard(command, request, type);
        CardEvent last = new Failed(ExitCode.CardFailure, "no answer");
        await foreach (CardEvent happened in card.Events(stop.Token))
        {
            if (happened is Notice notice)
                Console.Error.WriteLine(notice.Message);
            last = happened;
        }
        return last;
    }
}
