using System.Text.RegularExpressions;
using OpenSora.TestKit;

namespace OpenSora.Architecture.Tests;

/// <summary>Documents that lead a reader through the code lead to code that is there.</summary>
public sealed partial class WalkthroughTests
{
    /// <summary>Where the link's text is a name in code, the file has it.</summary>
    [Fact]
    public void Each_step_names_a_file_that_has_what_it_names()
    {
        string[] wrong = [.. Links("docs/walkthrough.md")
            .Where(link => !File.Exists(link.File) || (link.Text.StartsWith('`') && !IsIn(link.Text.Trim('`'), link.File)))
            .Select(link => $"{link.Text}: {link.File}")];
        Assert.Empty(wrong);
        Assert.InRange(Links("docs/walkthrough.md").Count(), 30, 60);
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("CONTRIBUTING.md")]
    [InlineData("docs/README.md")]
    [InlineData("docs/service.md")]
    [InlineData("docs/figures.md")]
    [InlineData("docs/architecture.md")]
    public void Links_lead_somewhere(string document) =>
        Assert.Empty(Links(document).Where(link => !Path.Exists(link.File)).Select(link => link.File));

    [Fact]
    public void The_first_page_is_short() =>
        Assert.InRange(File.ReadAllText(Path.Combine(Repository.Root, "README.md")).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length, 300, 600);

    private static bool IsIn(string name, string file) => Path.GetFileName(file) == name || File.ReadAllText(file).Contains(name, StringComparison.Ordinal);

    private static IEnumerable<(string Text, string File)> Links(string document)
    {
        string path = Path.Combine(Repository.Root, document);
        foreach (Match match in Link().Matches(File.ReadAllText(path)))
            if (!match.Groups[2].Value.StartsWith("http", StringComparison.Ordinal) && match.Groups[2].Value.Split('#')[0] is { Length: > 0 } target)
                yield return (match.Groups[1].Value, Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, target)));
    }

    [GeneratedRegex(@"\[([^\]\n]+)\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
