using OpenSora.Contracts.Cards;
using YamlDotNet.RepresentationModel;

namespace OpenSora.Kubernetes.Tests;

/// <summary>What an operator applies, checked against what the programs do.</summary>
public class OverlayTests
{
    public static TheoryData<string> Overlays => ["cpu", "cuda", "gcu"];

    public static TheoryData<string, string> Workloads => new()
    {
        { "cpu", "opensora-silo" }, { "cpu", "opensora-card" },
        { "cuda", "opensora-silo" }, { "cuda", "opensora-card" },
        { "gcu", "opensora-silo" }, { "gcu", "opensora-card" },
    };

    [Theory]
    [MemberData(nameof(Workloads))]
    public void ServicesAndBudgetsAndPoliciesSelectThePodsTheyAreFor(string overlay, string name)
    {
        Rendered rendered = Rendered.Overlay(overlay);
        Dictionary<string, string?> labels = rendered.Pod(name).At("metadata", "labels")!.Pairs();
        string service = rendered.One("StatefulSet", name).Text("spec", "serviceName")!;
        foreach (YamlNode selector in new[]
        {
            rendered.One("StatefulSet", name).At("spec", "selector", "matchLabels")!, rendered.One("Service", service).At("spec", "selector")!,
            rendered.One("PodDisruptionBudget", name).At("spec", "selector", "matchLabels")!, rendered.One("NetworkPolicy", name).At("spec", "podSelector", "matchLabels")!,
        })
            Assert.All(selector.Pairs(), pair => Assert.Equal(pair.Value, labels[pair.Key]));
    }

    [Theory]
    [MemberData(nameof(Workloads))]
    public void ProbesAskPortsThatTheContainerHas(string overlay, string name)
    {
        YamlNode container = Rendered.Overlay(overlay).Container(name);
        string[] ports = [.. container.At("ports")!.Items().Select(port => port.Text("name")!)];
        foreach (string probe in new[] { "startupProbe", "livenessProbe", "readinessProbe" })
        {
            if (name == "opensora-card")
            {
                // A card is a silo: whoever has a port there is in the cluster, and the cluster sees to the rest.
                Assert.Equal("silo", container.Text(probe, "tcpSocket", "port"));
                Assert.Contains("silo", ports);
                continue;
            }
            Assert.Contains(container.Text(probe, "httpGet", "port"), ports);
            Assert.Equal(probe == "readinessProbe" ? "/health/ready" : "/health/live", container.Text(probe, "httpGet", "path"));
        }
    }

    /// <summary>A pod is killed when the grace is over: waiting before the signal and draining after it must fit, with some seconds to spare.</summary>
    [Theory]
    [MemberData(nameof(Overlays))]
    public void TheGracePeriodIsLongerThanACardTakesToDrain(string overlay)
    {
        YamlNode pod = Rendered.Overlay(overlay).Pod("opensora-card");
        YamlNode[] command = [.. Rendered.Overlay(overlay).Container("opensora-card").At("lifecycle", "preStop", "exec", "command")!.Items()];
        int before = int.Parse(((YamlScalarNode)command[1]).Value!, System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(before + CardProtocol.Drain.TotalSeconds, 0, pod.Number("spec", "terminationGracePeriodSeconds") - 5);
    }

    [Theory]
    [InlineData("cpu", null)]
    [InlineData("cuda", "nvidia.com/gpu")]
    [InlineData("gcu", "enflame.com/gcu")]
    public void ACardHasOneDeviceOfItsKind(string overlay, string? resource)
    {
        YamlNode container = Rendered.Overlay(overlay).Container("opensora-card");
        Assert.Equal(overlay, container.At("env")!.Items().Single(variable => variable.Text("name") == "OPENSORA_DEVICE").Text("value"));
        if (resource is not null)
            Assert.Equal("1", container.Text("resources", "limits", resource));
        string threads = container.At("env")!.Items().Single(variable => variable.Text("name") == "OPENSORA_THREADS").Text("value")!;
        Assert.Equal(threads, container.Text("resources", "requests", "cpu"));
        Assert.NotNull(container.Text("resources", "limits", "memory"));
    }

    [Theory]
    [MemberData(nameof(Workloads))]
    public void ContainersHaveNoMoreRightsThanTheyNeed(string overlay, string name)
    {
        YamlNode pod = Rendered.Overlay(overlay).Pod(name), container = Rendered.Overlay(overlay).Container(name);
        Assert.Equal("true", pod.Text("spec", "securityContext", "runAsNonRoot"));
        Assert.Equal("RuntimeDefault", pod.Text("spec", "securityContext", "seccompProfile", "type"));
        Assert.Equal("false", container.Text("securityContext", "allowPrivilegeEscalation"));
        Assert.Equal("true", container.Text("securityContext", "readOnlyRootFilesystem"));
        Assert.Equal("ALL", ((YamlScalarNode)Assert.Single(container.At("securityContext", "capabilities", "drop")!.Items())).Value);
        string account = pod.Text("spec", "serviceAccountName")!;
        Assert.Equal("false", Rendered.Overlay(overlay).One("ServiceAccount", account).Text("automountServiceAccountToken"));
    }

    /// <summary>The token is in a secret; no object carries one.</summary>
    [Theory]
    [MemberData(nameof(Workloads))]
    public void TheTokenComesFromTheSecret(string overlay, string name)
    {
        YamlNode token = Assert.Single(
            Rendered.Overlay(overlay).Container(name).At("env")!.Items(), variable => variable.Text("name") == CardProtocol.TokenVariable);
        Assert.Null(token.Text("value"));
        Assert.Equal("opensora-token", token.Text("valueFrom", "secretKeyRef", "name"));
        Assert.Empty(Rendered.Overlay(overlay).OfKind("Secret"));
    }

    /// <summary>Who may talk to whom is written for the ports that the programs listen on, and for no other.</summary>
    [Theory]
    [MemberData(nameof(Workloads))]
    public void PoliciesOpenExactlyThePortsOfTheContainer(string overlay, string name)
    {
        IEnumerable<string?> opened = Rendered.Overlay(overlay).One("NetworkPolicy", name).At("spec", "ingress")!.Items()
            .SelectMany(rule => rule.At("ports")!.Items()).Select(port => port.Text("port"));
        IEnumerable<string?> listened = Rendered.Overlay(overlay).Container(name).At("ports")!.Items().Select(port => port.Text("containerPort"));
        Assert.Equal(listened.Order(), opened.Order());
    }

    /// <summary>A card's command line: identity first, and each flag of which the next argument is the value.</summary>
    [Theory]
    [InlineData("cpu")]
    [InlineData("cuda")]
    [InlineData("gcu")]
    [InlineData("gcu", "tls")]
    public void ACardIsToldWhereToListenAndWhomToJoin(string overlay, params string[] components)
    {
        Rendered rendered = Rendered.With(overlay, components);
        string[] arguments = Arguments(rendered, "opensora-card");
        Assert.Equal("$(POD_NAME)", arguments[0]);
        YamlNode container = rendered.Container("opensora-card");
        string Port(string name) => container.At("ports")!.Items().Single(port => port.Text("name") == name).Text("containerPort")!;
        Assert.EndsWith($":{Port("silo")}", After(arguments, "--listen"), StringComparison.Ordinal);
        Assert.EndsWith($":{Port("links")}", After(arguments, "--links"), StringComparison.Ordinal);
        Assert.Equal("$(POD_IP)", After(arguments, "--advertise"));
        // By name of the pod; the service must lead to a silo that is not ready, too, for it is not before a card has joined.
        Assert.Equal(1, rendered.One("StatefulSet", "opensora-silo").Number("spec", "replicas"));
        string governing = rendered.One("StatefulSet", "opensora-silo").Text("spec", "serviceName")!;
        string port = After(Arguments(rendered, "opensora-silo"), "--silo-endpoint").Split(':')[1];
        Assert.Equal($"opensora-silo-0.{governing}:{port}", After(arguments, "--join"));
        YamlNode service = rendered.One("Service", governing);
        Assert.Equal("None", service.Text("spec", "clusterIP"));
        Assert.Equal("true", service.Text("spec", "publishNotReadyAddresses"));
        Assert.Contains(service.At("spec", "ports")!.Items(), one => one.Text("port") == port);
    }

    /// <summary>With certificates from the secret on both sides, and probes of the API that speak TLS.</summary>
    [Theory]
    [InlineData("opensora-silo")]
    [InlineData("opensora-card")]
    public void TlsIsOnEverywhereOrNowhere(string name)
    {
        Rendered rendered = Rendered.With("cuda", "tls");
        YamlNode container = rendered.Container(name);
        YamlNode volume = rendered.Pod(name).At("spec", "volumes")!.Items().Single(volume => volume.Text("secret", "secretName") == "opensora-tls");
        string folder = container.At("volumeMounts")!.Items().Single(mount => mount.Text("name") == volume.Text("name")).Text("mountPath")!;
        foreach ((string variable, string file) in new[] { (ClusterTls.CertificateVariable, "tls.crt"), (ClusterTls.KeyVariable, "tls.key"), (ClusterTls.AuthorityVariable, "ca.crt") })
            Assert.Equal($"{folder}/{file}", Value(container, variable));
        if (name == "opensora-card")
            return;
        Assert.Equal("https", Value(container, "OPENSORA_SCHEME"));
        foreach (string probe in new[] { "startupProbe", "livenessProbe", "readinessProbe" })
        {
            Assert.Equal("HTTPS", container.Text(probe, "httpGet", "scheme"));
            Assert.NotNull(container.Text(probe, "httpGet", "path"));
        }
    }

    /// <summary>Several silos: one store for all, and one database, in which cards find them, too.</summary>
    [Theory]
    [InlineData]
    [InlineData("tls")]
    public void SeveralSilosShareWhatTheyNeed(params string[] more)
    {
        Rendered rendered = Rendered.With("cuda", ["silos", .. more]);
        YamlNode set = rendered.One("StatefulSet", "opensora-silo"), pod = rendered.Pod("opensora-silo");
        Assert.Equal(3, set.Number("spec", "replicas"));
        Assert.Null(set.At("spec", "volumeClaimTemplates"));
        string claim = pod.At("spec", "volumes")!.Items().Single(volume => volume.Text("name") == "store").Text("persistentVolumeClaim", "claimName")!;
        Assert.Equal("ReadWriteMany", ((YamlScalarNode)Assert.Single(rendered.One("PersistentVolumeClaim", claim).At("spec", "accessModes")!.Items())).Value);
        foreach (string name in new[] { "opensora-silo", "opensora-card" })
        {
            string[] arguments = Arguments(rendered, name);
            Assert.Equal("postgres", After(arguments, "--clustering"));
            Assert.DoesNotContain("--join", arguments);
            YamlNode database = rendered.Container(name).At("env")!.Items().Single(variable => variable.Text("name") == CardProtocol.DatabaseVariable);
            Assert.Equal("opensora-database", database.Text("valueFrom", "secretKeyRef", "name"));
        }
    }

    /// <summary>Both autoscalers scale the cards that the overlay has, by the number that the silo tells.</summary>
    [Theory]
    [InlineData("hpa", "HorizontalPodAutoscaler")]
    [InlineData("keda", "ScaledObject")]
    public void AutoscalersScaleTheCardsByTheQueue(string component, string kind)
    {
        Rendered rendered = Rendered.With("gcu", component);
        YamlNode scaler = Assert.Single(rendered.OfKind(kind));
        rendered.One(scaler.Text("spec", "scaleTargetRef", "kind")!, scaler.Text("spec", "scaleTargetRef", "name")!);
        Assert.Contains("opensora_queue_seconds", scaler.ToString(), StringComparison.Ordinal);
    }

    private static string[] Arguments(Rendered rendered, string name) => [.. rendered.Container(name).At("args")!.Items().Select(argument => ((YamlScalarNode)argument).Value!)];

    private static string After(string[] arguments, string flag) => arguments[Array.IndexOf(arguments, flag) + 1];

    private static string Value(YamlNode container, string variable) =>
        container.At("env")!.Items().Single(one => one.Text("name") == variable).Text("value")!;
}
