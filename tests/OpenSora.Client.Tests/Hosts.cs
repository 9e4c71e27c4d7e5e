using System.Diagnostics;

namespace OpenSora.Client.Tests;

/// <summary>
/// Hosts of this machine's own making: network namespaces on one switch, of which each sees itself and the others by
/// address only. Needs root.
/// </summary>
internal sealed class Hosts : IDisposable
{
    private static int s_networks;

    private readonly string _prefix = $"os{Environment.ProcessId}x{Interlocked.Increment(ref s_networks)}";
    private readonly List<string> _namespaces = [];
    private readonly string[] _names;

    public Hosts(params string[] names)
    {
        _names = names;
        try
        {
            Make();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Why there can be none here; null where there can.</summary>
    public static string? WhyNot { get; } = Find();

    /// <summary>The address of a host.</summary>
    public string Address(string name) => $"10.213.0.{1 + Array.IndexOf(_names, name)}";

    /// <summary>What to put before a command line for it to run there.</summary>
    public string[] Within(string name) => ["ip", "netns", "exec", Of(name)];

    /// <summary>From now on nothing comes to a host or from it.</summary>
    public void Cut(string name) => Ip("-n", Switch, "link", "set", Port(name), "down");

    public void Dispose()
    {
        foreach (string own in _namespaces)
            Run("netns", "del", own);
    }

    private void Make()
    {
        Ip("netns", "add", Add("sw"));
        Ip("-n", Switch, "link", "add", "bridge", "type", "bridge");
        Ip("-n", Switch, "link", "set", "bridge", "up");
        foreach (string name in _names)
        {
            Ip("netns", "add", Add(name));
            Ip("-n", Switch, "link", "add", Port(name), "type", "veth", "peer", "name", "eth", "netns", Of(name));
            Ip("-n", Switch, "link", "set", Port(name), "master", "bridge", "up");
            Ip("-n", Of(name), "address", "add", $"{Address(name)}/24", "dev", "eth");
            Ip("-n", Of(name), "link", "set", "eth", "up");
            Ip("-n", Of(name), "link", "set", "lo", "up");
        }
    }

    private string Switch => Of("sw");

    private static string Port(string name) => $"to-{name}";

    private string Of(string name) => $"{_prefix}-{name}";

    private string Add(string name)
    {
        _namespaces.Add(Of(name));
        return Of(name);
    }

    private static string? Find()
    {
        try
        {
            string probe = $"os{Environment.ProcessId}-probe";
            string said = Run("netns", "add", probe);
            if (said.Length == 0)
                said = Run("-n", probe, "link", "add", "bridge", "type", "bridge") + Run("netns", "exec", probe, "true");
            Run("netns", "del", probe);
            return said.Length == 0 ? null : $"network namespaces cannot be made here: {said.Trim()}";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "network namespaces cannot be made here: there is no ip (Debian: iproute2)";
        }
    }

    private static void Ip(params string[] arguments)
    {
        string said = Run(arguments);
        if (said.Length > 0)
            throw new InvalidOperationException($"ip {string.Join(' ', arguments)}: {said}");
    }

    /// <returns>What it said against it; nothing when it did it.</returns>
    private static string Run(params string[] arguments)
    {
        using Process ip = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
        string said = ip.StandardError.ReadToEnd();
        ip.WaitForExit();
        return ip.ExitCode == 0 ? "" : said + $" (exit code {ip.ExitCode})";
    }
}

/// <summary>A test that needs <see cref="Hosts"/>: skipped, in words, where there can be none.</summary>
internal sealed class HostsFactAttribute : FactAttribute
{
    public HostsFactAttribute() => Skip = Hosts.WhyNot;
}
