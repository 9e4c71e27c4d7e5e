namespace OpenSora.Prompts.Plans;

/// <summary>One video.</summary>
/// <param name="Prompts">The prompt of each loop, cleaned, as the text encoder sees it.</param>
/// <param name="References">Paths or addresses of reference images and videos.</param>
/// <param name="MaskStrategy">Where they go.</param>
/// <param name="File">Where the video goes, with its extension.</param>
public sealed record PlannedVideo(IReadOnlyList<string> Prompts, IReadOnlyList<string> References, string MaskStrategy, string File);
