namespace OpenSora.TestKit;

/// <summary>Whether all points and large random counts are asked for: <c>./test.sh --all</c> sets <c>OPENSORA_TESTS=all</c>.</summary>
public static class Thorough
{
    /// <summary>The trait of a slow test, which <c>./test.sh</c> leaves to <c>--all</c>: a faster one holds the same for cards that compute nothing.</summary>
    public const string Run = "Run", All = "All";

    public static bool IsAsked { get; } = Environment.GetEnvironmentVariable("OPENSORA_TESTS") switch
    {
        null or "" => false,
        "all" => true,
        var other => throw new InvalidOperationException($"OPENSORA_TESTS={other} is not known: give all, or leave it out"),
    };
}
