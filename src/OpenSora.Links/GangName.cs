using System.Text;

namespace OpenSora.Links;

/// <summary>Which job a gang works on, and its epoch: each time that the gang of a job changes, it has a higher one.</summary>
/// <param name="Job">At most <see cref="MaxJobBytes"/> in UTF-8: every frame carries it.</param>
public readonly record struct GangName(string Job, long Epoch)
{
    public const int MaxJobBytes = 256;

    public string Job { get; } = Encoding.UTF8.GetByteCount(Job) <= MaxJobBytes
        ? Job
        : throw new ArgumentException($"a job of {Encoding.UTF8.GetByteCount(Job)} bytes, more than {MaxJobBytes}", nameof(Job));
}
