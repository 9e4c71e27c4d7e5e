using OpenSora.Contracts.Settings;

namespace OpenSora.Prompts.Refinement;

/// <summary>
/// Which language model <c>--llm-refine</c> asks. Other programs go by these variables too, so they are read when they are
/// needed. No record, for those print all they hold.
/// </summary>
[Variables("OPENAI_")]
public sealed class LanguageModelOptions
{
    /// <summary>Of the service. Default: null (it must be given).</summary>
    public string? ApiKey { get; init; }

    /// <summary>A service with OpenAI's chat completions. Default: https://api.openai.com/v1.</summary>
    public Uri BaseUrl { get; init; } = new("https://api.openai.com/v1");

    /// <summary>Which model answers. Default: gpt-4o.</summary>
    public string Model { get; init; } = "gpt-4o";
}
