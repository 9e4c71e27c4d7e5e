using OpenSora.Contracts;

namespace OpenSora.Inference.Prompts;

/// <summary>
/// A service with OpenAI's chat completions: the one place that reads <c>OPENAI_API_KEY</c>, <c>OPENAI_BASE_URL</c>
/// (default https://api.openai.com/v1) and <c>OPENAI_MODEL</c> (default gpt-4o).
/// </summary>
/// <param name="Completions">Where requests go.</param>
/// <param name="Model">Which model answers.</param>
public sealed record LanguageModelEndpoint(Uri Completions, string Key, string Model)
{
    /// <exception cref="InputException">No key, or an address that is none.</exception>
    public static LanguageModelEndpoint FromEnvironment() => From(Environment.GetEnvironmentVariable);

    /// <param name="variable">The value of an environment variable; null when it is not set.</param>
    /// <inheritdoc cref="FromEnvironment"/>
    public static LanguageModelEndpoint From(Func<string, string?> variable)
    {
        string Value(string name, string otherwise) => variable(name) is { Length: > 0 } value ? value : otherwise;

        string key = Value("OPENAI_API_KEY", "");
        if (key.Length == 0)
            throw new InputException("--llm-refine needs a language model: set OPENAI_API_KEY, and OPENAI_BASE_URL for another service than OpenAI's (OPENAI_MODEL names the model, by default gpt-4o)");
        string address = Value("OPENAI_BASE_URL", "https://api.openai.com/v1").TrimEnd('/');
        return Uri.TryCreate(address + "/chat/completions", UriKind.Absolute, out Uri? completions) && completions.Scheme is "http" or "https"
            ? new(completions, key, Value("OPENAI_MODEL", "gpt-4o"))
            : throw new InputException($"OPENAI_BASE_URL '{address}' is not an address: give e.g. https://api.openai.com/v1");
    }

    /// <summary>Without the key: records print all they hold, and logs are kept.</summary>
    public override string ToString() => $"{Model} at {Completions}";
}
