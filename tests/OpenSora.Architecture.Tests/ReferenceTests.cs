using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using OpenSora.TestKit;

namespace OpenSora.Architecture.Tests;

/// <summary>Who may know whom, read from the built assemblies: docs/architecture.md has the picture.</summary>
public sealed class ReferenceTests
{
    private static readonly string[] Torch = ["OpenSora.Torch"];

    /// <summary>The package that calls torch: it and what only it needs are referenced by no project that may not know <see cref="Torch"/>.</summary>
    private const string TorchPackage = "TorchSharp";

    /// <summary>Stands for all assemblies of Orleans.</summary>
    private const string Orleans = "Orleans";

    /// <summary>For each project, all it may reference of the project's own assemblies, and whether it may know Orleans.</summary>
    public static TheoryData<string, string[]> Allowed => new()
    {
        { "OpenSora.Contracts", [] },
        { "OpenSora.Telemetry", ["OpenSora.Contracts"] },
        { "OpenSora.Layout", ["OpenSora.Contracts"] },
        { "OpenSora.Scheduling", ["OpenSora.Contracts"] },
        { "OpenSora.Links", ["OpenSora.Contracts", "OpenSora.Layout"] },
        { "OpenSora.Hosting", ["OpenSora.Contracts", "OpenSora.Links", Orleans] },
        { "OpenSora.Torch", [] },
        { "OpenSora.Prompts", ["OpenSora.Contracts", "OpenSora.Layout"] },
        { "OpenSora.Inference", ["OpenSora.Contracts", "OpenSora.Layout", "OpenSora.Prompts", .. Torch] },
        { "OpenSora.Parallel", ["OpenSora.Contracts", "OpenSora.Links", "OpenSora.Layout", "OpenSora.Inference", .. Torch] },
        { "OpenSora.Planning", ["OpenSora.Contracts", "OpenSora.Layout", "OpenSora.Scheduling"] },
        { "OpenSora.Video", ["OpenSora.Contracts"] },
        { "OpenSora.Card", ["OpenSora.Contracts", "OpenSora.Hosting", "OpenSora.Links", "OpenSora.Layout", "OpenSora.Prompts", "OpenSora.Inference", "OpenSora.Parallel", "OpenSora.Telemetry", "OpenSora.Video", Orleans, .. Torch] },
        { "OpenSora.DemoModel", ["OpenSora.Contracts", "OpenSora.Layout", "OpenSora.Prompts", "OpenSora.Inference", "OpenSora.Video", .. Torch] },
        { "OpenSora.Cluster", ["OpenSora.Contracts", "OpenSora.Hosting", "OpenSora.Links", "OpenSora.Layout", "OpenSora.Prompts", "OpenSora.Scheduling", Orleans] },
        { "OpenSora.Generate", ["OpenSora.Contracts", "OpenSora.Card", "OpenSora.Cluster", "OpenSora.Hosting", "OpenSora.Prompts", "OpenSora.Telemetry", "OpenSora.Video", Orleans] },
        { "OpenSora.Silo", ["OpenSora.Contracts", "OpenSora.Cluster", "OpenSora.Hosting", "OpenSora.Scheduling", "OpenSora.Telemetry", "OpenSora.Video", Orleans] },
        { "OpenSora.Client", ["OpenSora.Contracts", "OpenSora.Planning"] },
    };

    [Theory]
    [MemberData(nameof(Allowed))]
    public void ReferencesOnlyWhatItMayKnow(string project, string[] allowed)
    {
        string[] own = [.. Allowed.Select(row => (string)((object[])row)[0]), "opensora", Orleans];
        string[] referenced = [.. References(project).Where(own.Contains)];
        Assert.Empty(referenced.Except(allowed));
    }

    [Theory]
    [MemberData(nameof(Allowed))]
    public void KnowsTorchOnlyWhereItMay(string project, string[] allowed) =>
        Assert.Equal(project == "OpenSora.Torch" || allowed.Contains(Torch[0]), References(project).Contains(TorchPackage));

    /// <summary>Not even by way of another project: beside the program there is no torch to load.</summary>
    [Theory]
    [InlineData("OpenSora.Client")]
    [InlineData("OpenSora.Silo")]
    public void BesideAProgramThatPlansThereIsNoTorch(string program)
    {
        Assert.True(File.Exists(Path.Combine(Built(program), "OpenSora.Layout.dll")));
        Assert.Empty(Directory.EnumerateFiles(Built(program), $"{TorchPackage}*.dll"));
    }

    /// <summary>Orleans' packages bring the compiler, which nothing calls: Directory.Build.props leaves it out.</summary>
    [Theory]
    [InlineData("OpenSora.Card")]
    [InlineData("OpenSora.Client")]
    [InlineData("OpenSora.Generate")]
    [InlineData("OpenSora.Silo")]
    public void BesideAProgramThereIsNoCompiler(string program)
    {
        Assert.NotEmpty(Directory.EnumerateFiles(Built(program), "*.dll"));
        Assert.Empty(Directory.EnumerateFiles(Built(program), "Microsoft.CodeAnalysis*.dll"));
    }

    /// <summary>What a program loads was compiled when it was built (Directory.Build.targets), so that it starts at once.</summary>
    [Theory]
    [InlineData("OpenSora.Card")]
    [InlineData("OpenSora.Client")]
    [InlineData("OpenSora.Generate")]
    [InlineData("OpenSora.Silo")]
    public void AProgramIsCompiledAhead(string program)
    {
        string[] compiled = [.. Directory.EnumerateFiles(Built(program), "*.dll").Where(path =>
        {
            using PEReader file = new(File.OpenRead(path));
            return file.PEHeaders.CorHeader?.ManagedNativeHeaderDirectory.Size > 0;
        })];
        Assert.Equal(Directory.EnumerateFiles(Built(program), "*.dll").Order(), compiled.Order());
    }

    [Fact]
    public void EveryProjectHasARule()
    {
        IEnumerable<string> projects = new[] { "src", "client", "silo" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.csproj", SearchOption.AllDirectories))
            .Select(file => Path.GetFileNameWithoutExtension(file)!)
            .Where(project => project != "Precompiled"); // it has no code
        Assert.Empty(projects.Except(Allowed.Select(row => (string)((object[])row)[0])));
    }

    private static IEnumerable<string> References(string project)
    {
        string path = Path.Combine(Built(project), (project == "OpenSora.Client" ? "opensora" : project) + ".dll");
        using PEReader file = new(File.OpenRead(path));
        MetadataReader metadata = file.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))
            .Select(assembly => assembly.StartsWith(Orleans, StringComparison.Ordinal) ? Orleans : assembly)];
    }

    private static string Built(string project) =>
        Path.Combine(Repository.Root, "artifacts", "bin", project, Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')));
}
