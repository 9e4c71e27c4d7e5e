using System.Text.Json;
using OpenSora.Contracts;

namespace OpenSora.Prompts.Texts;

/// <summary>A prompt with its references, which JSON at its end may set: <c>a cat {"reference_path": "a.png", "mask_strategy": "0"}</c>.</summary>
public sealed record PromptJson(string Text, string Reference, string MaskStrategy)
{
    private const string Braces = "write &#123; and &#125; for braces that belong to the text, which the text encoder sees as spaces";

    /// <summary>Takes the JSON off a prompt; what it sets wins over the arguments.</summary>
    /// <exception cref="InputException">More than one opening brace, no JSON object, or another key or type.</exception>
    public static PromptJson Read(string prompt, string reference, string maskStrategy)
    {
        int brace = prompt.IndexOf('{', StringComparison.Ordinal);
        if (brace < 0)
            return new PromptJson(prompt, reference, maskStrategy);
        if (prompt.IndexOf('{', brace + 1) >= 0)
            throw new InputException($"the prompt '{prompt}' has more than one '{{': one JSON object may follow the text, without objects inside; {Braces}");
        PromptJson read = new(prompt[..brace], reference, maskStrategy);
        try
        {
            using JsonDocument document = JsonDocument.Parse(prompt[brace..]);
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                string value = property.Value.GetString() ?? "";
                read = property.Name switch
                {
                    "reference_path" => read with { Reference = value },
                    "mask_strategy" => read with { MaskStrategy = value },
                    var other => throw new InputException($"the prompt '{prompt}' sets '{other}': only reference_path and mask_strategy can be set; {Braces}"),
                };
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new InputException($"the end of the prompt '{prompt}' is not a JSON object of strings: {error.Message}; give {{\"reference_path\": \"…\", \"mask_strategy\": \"…\"}}, or {Braces}", error);
        }
        return read;
    }
}
