using System.Collections.Concurrent;
using OpenSora.Inference;
using OpenSora.Inference.Text;
using OpenSora.Prompts.Cleaning;
using OpenSora.Prompts.Texts;
using OpenSora.Prompts.Tokenizing;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.DemoModel.Stages;

/// <summary>Features of captions as a generation computes them, without the padding; kept once computed. May be used by several threads.</summary>
internal sealed class PromptFeatures(string folder) : IDisposable
{
    private readonly T5Tokenizer _tokenizer = T5Tokenizer.Load(folder);
    private readonly T5Encoder _encoder = T5Encoder.Load(folder, CPU, Precision.Float32);
    private readonly ConcurrentDictionary<string, Tensor> _known = [];

    /// <summary>What a generation appends to prompts by default.</summary>
    private static readonly PromptScores Scores = new(6.5, null, null);

    /// <summary>[L, d_model] of a caption; it belongs to this.</summary>
    /// <param name="scored">Whether the aesthetic score is appended, as a generation does by default.</param>
    public Tensor Of(string caption, bool scored) =>
        _known.GetOrAdd(scored ? Scores.Append(caption) : caption, Encode);

    public void Dispose()
    {
        foreach (Tensor features in _known.Values)
            features.Dispose();
        _encoder.Dispose();
    }

    private Tensor Encode(string text)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        int[] ids = _tokenizer.Encode(CaptionCleaner.Preprocess(text));
        return _encoder.Encode(tensor(ids).to(ScalarType.Int64)).DetachFromDisposeScope();
    }
}
