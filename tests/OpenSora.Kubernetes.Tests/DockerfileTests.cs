using OpenSora.TestKit;

namespace OpenSora.Kubernetes.Tests;

public class DockerfileTests
{
    public static TheoryData<string> Files => ["silo/Dockerfile", "src/OpenSora.Card/Dockerfile"];

    /// <summary>What is copied out of the repository is there.</summary>
    [Theory]
    [MemberData(nameof(Files))]
    public void SourcesOfCopiesExist(string file)
    {
        IEnumerable<string> sources = File.ReadLines(Path.Combine(Repository.Root, file))
            .Where(line => line.StartsWith("COPY ", StringComparison.Ordinal) && !line.Contains("--from=", StringComparison.Ordinal))
            .SelectMany(line => line.Split(' ')[1..^1]);
        Assert.All(sources, source =>
        {
            string folder = Path.Combine(Repository.Root, Path.GetDirectoryName(source)!);
            Assert.True(Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder, Path.GetFileName(source)).Any(), $"{file} copies {source}");
        });
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void TheProgramDoesNotRunAsRoot(string file) =>
        Assert.Equal("USER 10001:10001", File.ReadLines(Path.Combine(Repository.Root, file)).Last(line => line.StartsWith("USER ", StringComparison.Ordinal)));

    /// <summary>All projects that an image needs are copied before the restore, so that the restore layer is cached.</summary>
    [Theory]
    [InlineData("silo/Dockerfile", "silo/OpenSora.Silo.csproj")]
    [InlineData("src/OpenSora.Card/Dockerfile", "src/OpenSora.Card/OpenSora.Card.csproj")]
    public void ProjectFilesComeBeforeTheRestore(string file, string project)
    {
        string[] copied = [.. File.ReadLines(Path.Combine(Repository.Root, file))
            .TakeWhile(line => !line.StartsWith("RUN dotnet restore", StringComparison.Ordinal))
            .Where(line => line.StartsWith("COPY ", StringComparison.Ordinal))
            .SelectMany(line => line.Split(' ')[1..^1]).Select(path => Path.GetDirectoryName(path)!)];
        Assert.All(Needed(Path.Combine(Repository.Root, project)), needed => Assert.Contains(Path.GetRelativePath(Repository.Root, Path.GetDirectoryName(needed)!), copied));
    }

    private static IEnumerable<string> Needed(string project)
    {
        string folder = Path.GetDirectoryName(project)!;
        IEnumerable<string> references = System.Xml.Linq.XDocument.Load(project).Descendants("ProjectReference")
            .Select(reference => Path.GetFullPath(Path.Combine(folder, reference.Attribute("Include")!.Value)));
        return references.SelectMany(Needed).Prepend(project).Distinct();
    }
}
