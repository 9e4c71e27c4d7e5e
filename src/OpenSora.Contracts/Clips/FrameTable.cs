namespace OpenSora.Contracts.Clips;

/// <summary>
/// Whose tables of lengths and sizes. <see cref="Enflame"/> is the port in Enflame's model zoo: <c>2s</c> is 40 frames
/// instead of 51, and 720p 1:1 is 720x720 instead of 960x960; everything else is equal.
/// </summary>
public enum FrameTable
{
    OpenSora,
    Enflame,
}

/// <summary>The words for <see cref="FrameTable"/> on the command line.</summary>
public static class FrameTables
{
    /// <exception cref="InputException">Neither <c>opensora</c> nor <c>enflame</c>.</exception>
    public static FrameTable Parse(string word) => word switch
    {
        "opensora" => FrameTable.OpenSora,
        "enflame" => FrameTable.Enflame,
        _ => throw new InputException($"--frame-table '{word}' is not known: give opensora or enflame"),
    };
}
