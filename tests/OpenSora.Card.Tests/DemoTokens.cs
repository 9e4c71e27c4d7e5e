using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Generation;
using OpenSora.Prompts.Tokenizing;
using OpenSora.TestKit;

namespace OpenSora.Card.Tests;

/// <summary>Texts as a coordinator sends them, for the demo model.</summary>
internal static class DemoTokens
{
    private static readonly string Folder = Path.Combine(Repository.Root, "models", "demo", "t5");
    private static readonly T5Tokenizer Tokenizer = T5Tokenizer.OfCheckpoint(Folder);

    /// <summary>The task that encodes them, of no job yet.</summary>
    public static EncodeTextTask Encode(params IEnumerable<string> texts)
    {
        GenerationRequest request = new();
        return new EncodeTextTask(T5Tokenizer.NameOf(Folder), [.. texts.Select(text => Tokenizer.Tokenize(text, request.ModelMaxLength).Tokens)]) { Job = "", Request = request };
    }
}
