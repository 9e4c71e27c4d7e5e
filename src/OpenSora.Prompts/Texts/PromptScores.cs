using System.Globalization;

namespace OpenSora.Prompts.Texts;

/// <summary>What the training captions said of a clip besides its content; each is appended unless the prompt says it already.</summary>
/// <param name="Aesthetic">About 4 to 7; null says nothing.</param>
/// <param name="Flow">How much moves; null says nothing.</param>
/// <param name="CameraMotion">Free text such as "pan left"; null says nothing.</param>
public sealed record PromptScores(double? Aesthetic, double? Flow, string? CameraMotion)
{
    public string Append(string prompt)
    {
        if (Aesthetic is { } aesthetic && !prompt.Contains("aesthetic score:", StringComparison.Ordinal))
            prompt = $"{prompt} aesthetic score: {OneDecimal(aesthetic)}.";
        if (Flow is { } flow && !prompt.Contains("motion score:", StringComparison.Ordinal))
            prompt = $"{prompt} motion score: {OneDecimal(flow)}.";
        if (CameraMotion is { } camera && !prompt.Contains("camera motion:", StringComparison.Ordinal))
            prompt = $"{prompt} camera motion: {camera}.";
        return prompt;
    }

    /// <summary>Python's <c>%.1f</c>: the exact binary value rounded, ties to even, where .NET rounds ties away from zero.</summary>
    private static string OneDecimal(double value)
    {
        double doubled = Math.Round(value * 20);
        bool tie = Math.FusedMultiplyAdd(value, 20, -doubled) == 0 && Math.Abs(doubled % 2) == 1;
        return tie
            ? (Math.Round((decimal)doubled / 2, MidpointRounding.ToEven) / 10).ToString("F1", CultureInfo.InvariantCulture)
            : value.ToString("F1", CultureInfo.InvariantCulture);
    }
}
