using System.Text.RegularExpressions;

namespace OpenSora.Inference.Decoding.Spatial;

/// <summary>
/// The two generations of keys of the mid-block attention in AutoencoderKL files: diffusers renamed <c>query</c>,
/// <c>key</c>, <c>value</c> and <c>proj_attn</c>, and published files have either.
/// </summary>
public static partial class AttentionKeys
{
    /// <summary>A file's key as today's diffusers calls it; other keys are left as they are.</summary>
    public static string Today(string key) => Old().Replace(key, match => match.Groups["name"].Value switch
    {
        "query" => $"{match.Groups["attention"]}to_q",
        "key" => $"{match.Groups["attention"]}to_k",
        "value" => $"{match.Groups["attention"]}to_v",
        _ => $"{match.Groups["attention"]}to_out.0",
    });

    [GeneratedRegex(@"(?<attention>mid_block\.attentions\.[0-9]+\.)(?<name>query|key|value|proj_attn)(?=\.(weight|bias)$)")]
    private static partial Regex Old();
}
