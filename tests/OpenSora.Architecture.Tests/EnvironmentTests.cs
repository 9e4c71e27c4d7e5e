using System.Text.RegularExpressions;
using OpenSora.TestKit;

namespace OpenSora.Architecture.Tests;

/// <summary>Where the environment is read, from the sources.</summary>
public sealed partial class EnvironmentTests
{
    /// <summary>Beside the reader of settings: what native libraries go by, and what a test sets.</summary>
    private static readonly string[] Readers = ["src/OpenSora.Contracts/Settings/SettingsReader.cs", "src/OpenSora.Torch/", "src/OpenSora.Cluster/Store/CrashPoint.cs"];

    [Fact]
    public void OneClassReadsTheEnvironment() => Assert.Empty(
        Sources().Where(source => source.Text.Contains("GetEnvironmentVariable", StringComparison.Ordinal) && !Readers.Any(reader => source.Path.StartsWith(reader, StringComparison.Ordinal)))
            .Select(source => source.Path));

    [Fact]
    public void EachVariableThatTheSourcesNameIsOnThePage() => Assert.Empty(
        Sources().SelectMany(source => Names().Matches(source.Text).Select(match => match.Value.Trim('"'))).Distinct().Except(SettingsPage.Variables));

    private static IEnumerable<(string Path, string Text)> Sources() =>
        from folder in new[] { "src", "silo", "client" }
        from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories)
        select (Path.GetRelativePath(Repository.Root, file), File.ReadAllText(file));

    [GeneratedRegex("\"OPENSORA_[A-Z0-9_]*[A-Z0-9]\"")]
    private static partial Regex Names();
}
