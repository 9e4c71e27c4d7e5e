using OpenSora.Layout.Clips;

namespace OpenSora.Prompts.Plans;

/// <summary>Videos that share one draw of noise, and how they are made.</summary>
public sealed record VideoBatch(IReadOnlyList<PlannedVideo> Videos, ClipSettings Settings);
