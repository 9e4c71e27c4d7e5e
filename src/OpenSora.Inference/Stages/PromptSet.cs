using OpenSora.Inference.Text;
using OpenSora.Inference.Transformer;
using OpenSora.Layout.Gangs;

namespace OpenSora.Inference.Stages;

/// <summary>
/// The prompts of a batch for both halves of guidance: the prompt's, and the null prompt's under its mask. Each is projected when this
/// rank first asks for it. Thread-safe.
/// </summary>
/// <param name="texts">Of each sample; they must live as long as this.</param>
public sealed class PromptSet(STDiT3 model, IReadOnlyList<EncodedText> texts) : IDisposable
{
    private readonly Dictionary<(int, GuidanceHalf), PromptContext> _made = [];

    /// <summary>See <see cref="PromptOf"/>.</summary>
    public PromptContext Of(int sample, GuidanceHalf half)
    {
        lock (_made) // two halves on one card are two threads
        {
            if (!_made.TryGetValue((sample, half), out PromptContext? prompt))
                _made.Add((sample, half), prompt = Make(texts[sample], half));
            return prompt;
        }
    }

    public void Dispose()
    {
        foreach (PromptContext prompt in _made.Values)
            prompt.Dispose();
    }

    private PromptContext Make(EncodedText text, GuidanceHalf half) =>
        half == GuidanceHalf.Conditional ? model.Prompt(text.Features, null) : model.NullPrompt(text.Mask);
}
