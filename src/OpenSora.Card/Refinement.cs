using OpenSora.Contracts;
using OpenSora.Contracts.Generation;
using OpenSora.Inference.Prompts;

namespace OpenSora.Card;

/// <summary><c>--llm-refine</c>, told to the user: what fails is a notice.</summary>
internal sealed class Refinement : IDisposable
{
    private readonly PromptRefiner? _refiner;

    /// <exception cref="InputException">It was asked for, and the environment names no service.</exception>
    public Refinement(GenerationRequest request, EventWriter events, CancellationToken cancel) => _refiner = request.LlmRefine
        ? new PromptRefiner(LanguageModelEndpoint.FromEnvironment(), message => events.Write(new Notice(message)), cancel: cancel)
        : null;

    /// <summary>Rewrites a text; null when that was not asked for.</summary>
    public Func<string, string>? Refine => _refiner is null ? null : _refiner.Refine;

    public void Dispose() => _refiner?.Dispose();
}
