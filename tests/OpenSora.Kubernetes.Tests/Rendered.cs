using System.Collections.Concurrent;
using System.Diagnostics;
using OpenSora.TestKit;
using YamlDotNet.RepresentationModel;

namespace OpenSora.Kubernetes.Tests;

/// <summary>The objects of an overlay, as <c>kubectl kustomize</c> renders them.</summary>
internal sealed class Rendered
{
    private static readonly ConcurrentDictionary<string, Rendered> Known = new();

    private readonly IReadOnlyList<YamlNode> _objects;

    private Rendered(string folder)
    {
        using Process process = Process.Start(new ProcessStartInfo("kubectl", ["kustomize", Path.Combine(Repository.Root, folder)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string yaml = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"kubectl kustomize {folder}: {errors.Result}");
        YamlStream stream = [];
        stream.Load(new StringReader(yaml));
        _objects = [.. stream.Documents.Select(document => document.RootNode)];
    }

    public static Rendered Overlay(string name) => Known.GetOrAdd($"k8s/overlays/{name}", folder => new Rendered(folder));

    /// <summary>An overlay with components added, as the README tells operators to.</summary>
    public static Rendered With(string overlay, params string[] components)
    {
        string folder = Path.Combine("artifacts", $"kustomize-{overlay}-{Guid.NewGuid():n}");
        Directory.CreateDirectory(Path.Combine(Repository.Root, folder));
        File.WriteAllText(Path.Combine(Repository.Root, folder, "kustomization.yaml"), $"""
            apiVersion: kustomize.config.k8s.io/v1beta1
            kind: Kustomization
            resources: [../../k8s/overlays/{overlay}]
            components: [{string.Join(", ", components.Select(component => $"../../k8s/components/{component}"))}]
            """);
        Rendered rendered = new(folder);
        Directory.Delete(Path.Combine(Repository.Root, folder), recursive: true);
        return rendered;
    }

    public IEnumerable<YamlNode> OfKind(string kind) => _objects.Where(node => node.Text("kind") == kind);

    public YamlNode One(string kind, string name) => Assert.Single(OfKind(kind), node => node.Text("metadata", "name") == name);

    /// <summary>The pod template of a StatefulSet.</summary>
    public YamlNode Pod(string name) => One("StatefulSet", name).At("spec", "template")!;

    /// <summary>The only container of a StatefulSet's pods.</summary>
    public YamlNode Container(string name) => Assert.Single(Pod(name).At("spec", "containers")!.Items());
}

/// <summary>Short ways into YAML.</summary>
internal static class Yaml
{
    /// <summary>What lies at the end of a path of keys; null when it does not exist.</summary>
    public static YamlNode? At(this YamlNode node, params string[] path)
    {
        YamlNode? at = node;
        foreach (string key in path)
            at = at is YamlMappingNode map && map.Children.TryGetValue(new YamlScalarNode(key), out YamlNode? child) ? child : null;
        return at;
    }

    public static string? Text(this YamlNode node, params string[] path) => (node.At(path) as YamlScalarNode)?.Value;

    public static int Number(this YamlNode node, params string[] path) => int.Parse(node.Text(path)!, System.Globalization.CultureInfo.InvariantCulture);

    public static IEnumerable<YamlNode> Items(this YamlNode node) => ((YamlSequenceNode)node).Children;

    public static Dictionary<string, string?> Pairs(this YamlNode node) =>
        ((YamlMappingNode)node).Children.ToDictionary(pair => ((YamlScalarNode)pair.Key).Value!, pair => (pair.Value as YamlScalarNode)?.Value);
}
