using OpenSora.Contracts.Cards;
using YamlDotNet.RepresentationModel;

namespace OpenSora.Kubernetes.Tests;

/// <summary>The Job that runs a sweep within the cluster.</summary>
public class SweepJobTests
{
    private const string Name = "opensora-sweep";

    public static TheoryData<string[]> Compositions => new() { new[] { "sweep" }, new[] { "sweep", "tls" }, new[] { "silos", "sweep", "tls" } };

    [Theory]
    [MemberData(nameof(Compositions))]
    public void ItAsksTheSilosServiceWithTheTokenOfTheSecret(string[] components)
    {
        Rendered rendered = Rendered.With("cpu", components);
        YamlNode container = Container(rendered);
        string[] arguments = Arguments(container);
        YamlNode port = Assert.Single(rendered.One("Service", "opensora-silo").At("spec", "ports")!.Items());
        Assert.Equal($"$(OPENSORA_SCHEME)://opensora-silo:{port.Text("port")}", After(arguments, "--server"));
        Assert.Equal(components.Contains("tls") ? "https" : "http", Variable(container, "OPENSORA_SCHEME").Text("value"));
        Assert.Equal("opensora-token", Variable(container, CardProtocol.TokenVariable).Text("valueFrom", "secretKeyRef", "name"));
        Assert.Empty(rendered.OfKind("Secret"));
    }

    /// <summary>Another pod finds the folder of the one before it.</summary>
    [Theory]
    [MemberData(nameof(Compositions))]
    public void ItsFolderIsOnAVolumeThatOutlivesThePod(string[] components)
    {
        Rendered rendered = Rendered.With("cpu", components);
        YamlNode container = Container(rendered);
        YamlNode mount = Assert.Single(container.At("volumeMounts")!.Items(), mount => After(Arguments(container), "--out").StartsWith(mount.Text("mountPath") + "/", StringComparison.Ordinal));
        string claim = Volume(rendered, mount.Text("name")!).Text("persistentVolumeClaim", "claimName")!;
        Assert.NotNull(rendered.One("PersistentVolumeClaim", claim).Text("spec", "resources", "requests", "storage"));

        YamlNode map = Assert.Single(container.At("volumeMounts")!.Items(), mount => After(Arguments(container), "--matrix").StartsWith(mount.Text("mountPath") + "/", StringComparison.Ordinal));
        YamlNode config = rendered.One("ConfigMap", Volume(rendered, map.Text("name")!).Text("configMap", "name")!);
        Assert.NotNull(config.Text("data", Path.GetFileName(After(Arguments(container), "--matrix"))));
    }

    /// <summary>A pod that ended is replaced, but not for what another pod would end with, too.</summary>
    [Fact]
    public void ItIsBegunAgainUnlessItsInputIsBad()
    {
        YamlNode job = Rendered.With("cpu", "sweep").One("Job", Name);
        Assert.Equal(("1", "1"), (job.Text("spec", "parallelism"), job.Text("spec", "completions")));
        Assert.InRange(job.Number("spec", "backoffLimit"), 1, 100);
        Assert.Equal("Never", job.Text("spec", "template", "spec", "restartPolicy"));
        YamlNode codes = Assert.Single(job.At("spec", "podFailurePolicy", "rules")!.Items(), rule => rule.Text("action") == "FailJob").At("onExitCodes")!;
        Assert.Equal([$"{Contracts.ExitCode.BadInput}", $"{Contracts.ExitCode.CannotFit}"], codes.At("values")!.Items().Select(code => ((YamlScalarNode)code).Value));
        Assert.Equal(Container(Rendered.With("cpu", "sweep")).Text("name"), codes.Text("containerName"));
    }

    [Fact]
    public void ItHasNoMoreRightsThanItNeeds()
    {
        Rendered rendered = Rendered.With("cpu", "sweep");
        YamlNode pod = Pod(rendered), container = Container(rendered);
        Assert.Equal("true", pod.Text("spec", "securityContext", "runAsNonRoot"));
        Assert.Equal("RuntimeDefault", pod.Text("spec", "securityContext", "seccompProfile", "type"));
        Assert.Equal("false", container.Text("securityContext", "allowPrivilegeEscalation"));
        Assert.Equal("true", container.Text("securityContext", "readOnlyRootFilesystem"));
        Assert.Equal("ALL", ((YamlScalarNode)Assert.Single(container.At("securityContext", "capabilities", "drop")!.Items())).Value);
        Assert.Equal("false", rendered.One("ServiceAccount", pod.Text("spec", "serviceAccountName")!).Text("automountServiceAccountToken"));

        // It may ask the silo, and nobody may ask it.
        YamlNode policy = rendered.One("NetworkPolicy", Name);
        Assert.All(policy.At("spec", "podSelector", "matchLabels")!.Pairs(), label => Assert.Equal(label.Value, pod.Text("metadata", "labels", label.Key)));
        Assert.Null(policy.At("spec", "ingress"));
        Assert.Equal(["8080", "53", "53"], policy.At("spec", "egress")!.Items().SelectMany(rule => rule.At("ports")!.Items()).Select(port => port.Text("port")));
    }

    [Theory]
    [InlineData("sweep")]
    [InlineData("sweep", "tls")]
    public void TlsIsOnWhereTheClusterHasIt(params string[] components)
    {
        Rendered rendered = Rendered.With("cpu", components);
        YamlNode[] files = [.. new[] { ClusterTls.CertificateVariable, ClusterTls.KeyVariable, ClusterTls.AuthorityVariable }
            .SelectMany(name => Container(rendered).At("env")!.Items().Where(variable => variable.Text("name") == name))];
        Assert.Equal(components.Contains("tls") ? 3 : 0, files.Length);
        Assert.Equal(components.Contains("tls"), Pod(rendered).At("spec", "volumes")!.Items().Any(volume => volume.Text("secret", "secretName") == "opensora-tls"));
    }

    private static YamlNode Pod(Rendered rendered) => rendered.One("Job", Name).At("spec", "template")!;

    private static YamlNode Container(Rendered rendered) => Assert.Single(Pod(rendered).At("spec", "containers")!.Items());

    private static YamlNode Volume(Rendered rendered, string name) => Pod(rendered).At("spec", "volumes")!.Items().Single(volume => volume.Text("name") == name);

    private static string[] Arguments(YamlNode container) => [.. container.At("args")!.Items().Select(argument => ((YamlScalarNode)argument).Value!)];

    private static string After(string[] arguments, string flag) => arguments[Array.IndexOf(arguments, flag) + 1];

    private static YamlNode Variable(YamlNode container, string name) => Assert.Single(container.At("env")!.Items(), variable => variable.Text("name") == name);
}
