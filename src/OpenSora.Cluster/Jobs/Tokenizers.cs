using System.Collections.Concurrent;
using OpenSora.Contracts;
using OpenSora.Prompts.Tokenizing;

namespace OpenSora.Cluster.Jobs;

/// <summary>A tokenizer, and the name that cards know its vocabulary by.</summary>
internal sealed record NamedTokenizer(string Vocabulary, T5Tokenizer Tokenizer);

/// <summary>The tokenizers of the text encoders that were asked for, each read once. Thread-safe.</summary>
internal sealed class Tokenizers
{
    private readonly ConcurrentDictionary<string, Lazy<NamedTokenizer>> _known = new();

    /// <param name="folder">Of a T5 checkpoint: its vocabulary and <c>config.json</c> are read, and no weights.</param>
    /// <exception cref="InputException">A file is missing or damaged.</exception>
    public NamedTokenizer Of(string folder)
    {
        try
        {
            return _known.GetOrAdd(folder, _ => new(() => new(T5Tokenizer.NameOf(folder), T5Tokenizer.OfCheckpoint(folder)))).Value;
        }
        catch (InputException)
        {
            _known.TryRemove(folder, out _); // the folder may be mended
            throw;
        }
    }
}
