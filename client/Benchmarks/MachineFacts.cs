using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using OpenSora.Contracts;

namespace OpenSora.Client.Benchmarks;

/// <summary>
/// What machine this is, in the sections and under the names of the original's report. What a tool would have to tell that is
/// not here is an empty string.
/// </summary>
internal static class MachineFacts
{
    private static readonly string[] DebianPackages = ["topsruntime", "tops-sdk", "tops-inference", "topsaten"];
    private static readonly string[] PythonPackages = ["TopsInference", "torch", "diffusers", "transformers", "torch-gcu", "Pillow", "opencv-python"];

    /// <param name="tellHost">Whether to tell the name and address of this machine, which are private.</param>
    public static IEnumerable<KeyValuePair<string, JsonNode?>> Sections(bool tellHost)
    {
        yield return new("device_info", Device());
        yield return new("deb_info", Named(DebianPackages, package => Tool.Run("dpkg-query", "-W", "-f", "${Version}", package)));
        yield return new("python_info", Python());
        yield return new("os_info", new JsonObject { ["os_distrb_name"] = Field("/etc/os-release", "PRETTY_NAME=").Trim('"'), ["os_kernel_version"] = Environment.OSVersion.Version.ToString() });
        yield return new("cpu_info", new JsonObject
        {
            ["cpu_arch"] = RuntimeInformation.OSArchitecture switch { Architecture.X64 => "x86_64", Architecture.Arm64 => "aarch64", var other => other.ToString() },
            ["cpu_model_name"] = AfterColon(Field("/proc/cpuinfo", "model name")),
            ["cpu_vendor"] = AfterColon(Field("/proc/cpuinfo", "vendor_id")),
            ["cpu_count"] = Environment.ProcessorCount,
        });
        yield return new("disk_info", new JsonObject { ["disk_model"] = Tool.Run("lsblk", "-d", "-o", "NAME,MODEL,SIZE") });
        yield return new("host_info", new JsonObject { ["host_name"] = tellHost ? Environment.MachineName : "", ["host_ip"] = tellHost ? Address() : "" });
    }

    /// <summary>As Enflame's tool or NVIDIA's tells it of the first device.</summary>
    private static JsonObject Device()
    {
        string[] gcu = Tool.Run("efsmi", "--q", "-i", "0").Split('\n');
        string[] cuda = Tool.Run("nvidia-smi", "--query-gpu=name,driver_version,clocks.gr,clocks.mem", "--format=csv,noheader", "-i", "0").Split(", ");
        string Of(string name, int column) => gcu.FirstOrDefault(line => line.TrimStart().StartsWith(name, StringComparison.Ordinal)) is { } line ? AfterColon(line)
            : cuda.Length == 4 ? cuda[column].Trim() : "";
        return new JsonObject { ["Dev Name"] = Of("Dev Name", 0), ["Ver"] = Of("KMD Ver", 1), ["GCU CLK"] = Of("GCU CLK", 2), ["Mem CLK"] = Of("Mem CLK", 3) };
    }

    private static JsonObject Python()
    {
        JsonObject facts = new() { ["python"] = Tool.Run("python3", "--version") };
        string[] versions = Tool.Run("python3", ["-c",
            "import sys\nfrom importlib import metadata\nfor name in sys.argv[1:]:\n    try:\n        print(metadata.version(name))\n    except Exception:\n        print()", .. PythonPackages]).Split('\n');
        for (int i = 0; i < PythonPackages.Length; i++)
            facts[PythonPackages[i]] = i < versions.Length ? versions[i] : "";
        return facts;
    }

    private static string Address() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(network => network.OperationalStatus == OperationalStatus.Up && network.NetworkInterfaceType != NetworkInterfaceType.Loopback)
        .SelectMany(network => network.GetIPProperties().UnicastAddresses)
        .FirstOrDefault(address => address.Address.AddressFamily == AddressFamily.InterNetwork)?.Address.ToString() ?? "";

    private static JsonObject Named(string[] names, Func<string, string> value) => new(names.Select(name => KeyValuePair.Create(name, (JsonNode?)value(name))));

    private static string Field(string file, string begin) =>
        File.Exists(file) && File.ReadLines(file).FirstOrDefault(line => line.StartsWith(begin, StringComparison.Ordinal)) is { } line ? line[begin.Length..] : "";

    private static string AfterColon(string line) => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
}
