using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using OpenSora.TestKit;

namespace OpenSora.Architecture.Tests;

/// <summary>Who may know whom, read from the built assemblies: docs/architecture.md has the picture.</summary>
public sealed class ReferenceTests
{
    private static readonly string[] Torch = ["OpenSora.Torch"];

    /// <summary>Stands for all assemblies of Orleans.</summary>
    private const string Orleans = "Orleans";

    /// <summary>For each project, all it may reference of the project's own assemblies, and whether it may know Orleans.</summary>
    public static TheoryData<string, string[]> Allowed => new()
    {
        { "OpenSora.Contracts", [] },
        { "OpenSora.Telemetry", ["OpenSora.Contracts"] },
        { "OpenSora.Links", ["OpenSora.Contracts", "OpenSora.Layout"] },
        { "OpenSora.Torch", [] },
        { "OpenSora.Layout", ["OpenSora.Contracts"] },
        { "OpenSora.Prompts", ["OpenSora.Contracts", "OpenSora.Layout"] },
        { "OpenSora.Inference", ["OpenSora.Contracts", "OpenSora.Layout", "OpenSora.Prompts", .. Torch] },
        { "OpenSora.Parallel", ["OpenSora.Contracts", "OpenSora.Links", "OpenSora.Layout", "OpenSora.Inference", .. Torch] },
        { "OpenSora.Planning", ["OpenSora.Contracts", "OpenSora.Links", "OpenSora.Layout", "OpenSora.Inference", "OpenSora.Parallel"] },
        { "OpenSora.Video", ["OpenSora.Contracts"] },
        { "OpenSora.Card", ["OpenSora.Contracts", "OpenSora.Links", "OpenSora.Layout", "OpenSora.Prompts", "OpenSora.Inference", "OpenSora.Parallel", "OpenSora.Planning", "OpenSora.Telemetry", "OpenSora.Video", .. Torch] },
        { "OpenSora.DemoModel", ["OpenSora.Contracts", "OpenSora.Layout", "OpenSora.Prompts", "OpenSora.Inference", "OpenSora.Video", .. Torch] },
        { "OpenSora.Cluster", ["OpenSora.Contracts", Orleans] },
        { "OpenSora.Silo", ["OpenSora.Contracts", "OpenSora.Cluster", "OpenSora.Telemetry", "OpenSora.Video", Orleans] },
        { "OpenSora.Client", ["OpenSora.Contracts"] },
    };

    [Theory]
    [MemberData(nameof(Allowed))]
    public void ReferencesOnlyWhatItMayKnow(string project, string[] allowed)
    {
        string[] own = [.. Allowed.Select(row => (string)((object[])row)[0]), "opensora", Orleans];
        string[] referenced = [.. References(project).Where(own.Contains)];
        Assert.Empty(referenced.Except(allowed));
    }

    [Fact]
    public void EveryProjectHasARule()
    {
        IEnumerable<string> projects = new[] { "src", "client", "silo" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.csproj", SearchOption.AllDirectories))
            .Select(file => Path.GetFileNameWithoutExtension(file)!);
        Assert.Empty(projects.Except(Allowed.Select(row => (string)((object[])row)[0])));
    }

    private static IEnumerable<string> References(string project)
    {
        string name = project == "OpenSora.Client" ? "opensora" : project;
        string configuration = Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/'));
        string path = Path.Combine(Repository.Root, "artifacts", "bin", project, configuration, name + ".dll");
        using PEReader file = new(File.OpenRead(path));
        MetadataReader metadata = file.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))
            .Select(assembly => assembly.StartsWith(Orleans, StringComparison.Ordinal) ? Orleans : assembly)];
    }
}
