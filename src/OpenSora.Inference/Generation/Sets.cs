using OpenSora.Inference.Conditioning;
using OpenSora.Inference.Transformer;

namespace OpenSora.Inference.Generation;

/// <summary>The references of each video of a batch; they live from loop to loop.</summary>
internal sealed class ReferenceSet : List<References>, IDisposable
{
    public void Dispose() => ForEach(references => references.Dispose());
}

/// <summary>The prompt of each video of a batch, and the null prompt under its mask.</summary>
internal sealed class PromptSet : List<(PromptContext Prompt, PromptContext Null)>, IDisposable
{
    public void Dispose() => ForEach(prompts =>
    {
        prompts.Prompt.Dispose();
        prompts.Null.Dispose();
    });
}
