using OpenSora.Contracts;

namespace OpenSora.Prompts.Refinement;

/// <summary>A service with OpenAI's chat completions.</summary>
/// <param name="Completions">Where requests go.</param>
/// <param name="Model">Which model answers.</param>
public sealed record LanguageModelEndpoint(Uri Completions, string Key, string Model)
{
    /// <exception cref="InputException">There is no key.</exception>
    public static LanguageModelEndpoint Of(LanguageModelOptions options) => options.ApiKey is { } key
        ? new(new Uri(options.BaseUrl.AbsoluteUri.TrimEnd('/') + "/chat/completions"), key, options.Model)
        : throw new InputException("--llm-refine needs a language model: set OPENAI_API_KEY, and OPENAI_BASE_URL for another service than OpenAI's (OPENAI_MODEL names the model, by default gpt-4o)");

    /// <summary>Without the key: records print all they hold, and logs are kept.</summary>
    public override string ToString() => $"{Model} at {Completions}";
}
