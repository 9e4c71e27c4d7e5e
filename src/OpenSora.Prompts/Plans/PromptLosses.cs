using System.Text;
using OpenSora.Contracts;
using OpenSora.Contracts.Generation;
using OpenSora.Prompts.Cleaning;
using OpenSora.Prompts.Tokenizing;

namespace OpenSora.Prompts.Plans;

/// <summary>Tells what of a prompt does not reach the text encoder.</summary>
/// <param name="tell">Takes a line for the user.</param>
public sealed class PromptLosses(GenerationRequest request, T5Tokenizer tokenizer, Action<string> tell)
{
    /// <summary>A text of which less than this share is left is told.</summary>
    private const double Share = 0.5;

    private const int WordsShown = 5, LongestShown = 200;

    /// <summary>What cleaning and the vocabulary take away.</summary>
    /// <param name="prompt">Which prompt it is, for people.</param>
    /// <param name="text">Without scores.</param>
    /// <exception cref="InputException">Nothing is left, and that was not allowed.</exception>
    public void OfCleaning(string prompt, string text)
    {
        string left = tokenizer.Known(CaptionCleaner.Preprocess(text));
        if (left.Length == 0 && !request.AllowEmptyPrompt)
        {
            string refusal = string.IsNullOrWhiteSpace(text)
                ? $"{prompt} is empty: say what is to be seen, or give --allow-empty-prompt"
                : $"nothing is left of {prompt}, '{Shown(text)}', when it is cleaned for the text encoder, which knows European words and no markup: say it in English, or give --allow-empty-prompt";
            throw new InputException(refusal) { Field = "prompt" };
        }
        if (left.Length == 0)
            tell($"the text encoder sees nothing of {prompt}");
        else if (Weight(left) < Share * Weight(text))
            tell($"the text encoder sees only '{Shown(left)}' of {prompt}, '{Shown(text)}'");
    }

    /// <summary>What is cut off at the end.</summary>
    /// <param name="prompt">Which prompt it is, for people.</param>
    /// <param name="text">As it is tokenized.</param>
    public void OfLength(string prompt, string text)
    {
        int[] tokens = tokenizer.Encode(text);
        int limit = request.ModelMaxLength;
        if (tokens.Length <= limit)
            return;
        string[] kept = tokenizer.Decode(tokens.Take(limit - 1)).Split(' ');
        tell($"{prompt} has {tokens.Length} tokens and --model-max-length is {limit}: the last {tokens.Length - limit} are cut off, after '{string.Join(' ', kept.TakeLast(WordsShown))}'");
    }

    /// <summary>Characters that are no spaces.</summary>
    private static int Weight(string text) => text.EnumerateRunes().Count(rune => !Rune.IsWhiteSpace(rune));

    private static string Shown(string text) => Excerpt.Of(text, LongestShown);
}
