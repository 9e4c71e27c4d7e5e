namespace OpenSora.Parallel.Links;

/// <summary>Which job a gang works on, and its epoch: each time that the gang of a job changes, it has a higher one.</summary>
public readonly record struct GangName(string Job, long Epoch);
