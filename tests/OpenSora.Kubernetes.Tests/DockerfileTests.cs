using OpenSora.TestKit;

namespace OpenSora.Kubernetes.Tests;

public class DockerfileTests
{
    public static TheoryData<string> Files => ["silo/Dockerfile", "src/OpenSora.Card/Dockerfile", "client/Dockerfile"];

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
    [InlineData("client/Dockerfile", "client/OpenSora.Client.csproj")]
    public void ProjectFilesComeBeforeTheRestoreAndSourcesBeforeThePublish(string file, string project)
    {
        string[] lines = [.. File.ReadLines(Path.Combine(Repository.Root, file))];
        int restore = Array.FindIndex(lines, line => line.StartsWith("RUN dotnet restore", StringComparison.Ordinal));
        int publish = Array.FindIndex(lines, line => line.StartsWith("RUN dotnet publish", StringComparison.Ordinal));
        string[] files = [.. Copied(lines[..restore]).Select(path => Path.GetDirectoryName(path)!)], folders = [.. Copied(lines[restore..publish])];
        Assert.All(Needed(Path.Combine(Repository.Root, project)).Select(needed => Path.GetRelativePath(Repository.Root, Path.GetDirectoryName(needed)!)), needed =>
        {
            Assert.Contains(needed, files);
            Assert.Contains(folders, folder => needed == folder || needed.StartsWith(folder + "/", StringComparison.Ordinal));
        });

        static IEnumerable<string> Copied(string[] lines) => lines.Where(line => line.StartsWith("COPY ", StringComparison.Ordinal)).SelectMany(line => line.Split(' ')[1..^1]);
    }

    /// <summary>A card runs on the vendor's image too: by arguments, with what TorchSharp calls built there, for the torch of that image.</summary>
    [Fact]
    public void ACardIsBuiltForTheTorchOfItsImage()
    {
        string[] lines = [.. File.ReadLines(Path.Combine(Repository.Root, "src", "OpenSora.Card", "Dockerfile"))];
        string[] arguments = [.. lines.TakeWhile(line => !line.StartsWith("FROM ", StringComparison.Ordinal)).Where(line => line.StartsWith("ARG ", StringComparison.Ordinal))];
        Assert.Equal(["ARG BASE=debian:bookworm-slim", "ARG TORCH="], arguments);
        Assert.Equal("FROM ${BASE}", lines.Last(line => line.StartsWith("FROM ", StringComparison.Ordinal)));
        // An argument is known in a stage that names it.
        int stages = lines.Count(line => line.StartsWith("FROM ", StringComparison.Ordinal));
        Assert.Equal(stages, lines.Count(line => line == "ARG TORCH"));

        string copied = lines.Single(line => line.StartsWith("COPY src/OpenSora.Torch/native ", StringComparison.Ordinal)).Split(' ')[^1];
        Assert.Contains(lines, line => line.Contains($"ln -s \"$({copied}/prepare \"$TORCH\")\" /opensora/torch", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("ENV ", StringComparison.Ordinal) && line.Split(' ').Contains("OPENSORA_TORCH=${TORCH:+/opensora/torch}"));
        // It builds into the folder three above it, which must be the image's own and not the root.
        Assert.Equal("/opensora", Path.GetFullPath(Path.Combine(copied, "../../..")));
    }

    /// <summary>The tools that the preparation asks for are those that the image gets.</summary>
    [Fact]
    public void ACardsImageHasTheToolsOfThePreparation()
    {
        string docker = File.ReadAllText(Path.Combine(Repository.Root, "src", "OpenSora.Card", "Dockerfile"));
        string prepare = File.ReadAllText(Path.Combine(Repository.Root, "src", "OpenSora.Torch", "native", "prepare"));
        string[] packages = docker.Split("${TORCH:+", 2)[1].Split('}', 2)[0].Split(' ');
        Assert.Contains("apt-get install cmake g++", prepare, StringComparison.Ordinal);
        Assert.Equal(["cmake", "g++", "make"], packages);
    }

    private static IEnumerable<string> Needed(string project)
    {
        string folder = Path.GetDirectoryName(project)!;
        IEnumerable<string> references = System.Xml.Linq.XDocument.Load(project).Descendants("ProjectReference")
            .Select(reference => Path.GetFullPath(Path.Combine(folder, reference.Attribute("Include")!.Value)));
        return references.SelectMany(Needed).Prepend(project).Distinct();
    }
}
