using System.Globalization;
using static TorchSharp.torch;

namespace OpenSora.Torch;

/// <summary>Devices by the names that users give them: <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>, <c>gcu</c>, <c>gcu:0</c>.</summary>
public static class Devices
{
    /// <summary>Opens a device. Without a number it is the first of its kind.</summary>
    /// <param name="name">Null: the best one that is present, gcu before cuda before cpu.</param>
    /// <exception cref="DeviceException">There is no such device here.</exception>
    public static Device Open(string? name)
    {
        if (name is null)
            return GcuLibrary.IsPresent() ? OpenGcu("gcu", 0) : cuda.is_available() ? OpenCuda("cuda", 0) : CPU;
        string[] parts = name.Split(':');
        int index = 0;
        if (parts.Length > 2 || parts.Length == 2 && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index))
            throw Unknown(name);
        return parts[0].ToLowerInvariant() switch
        {
            "cpu" when index == 0 => CPU,
            "cpu" => throw new DeviceException($"device {name}: the CPU is one device, use cpu"),
            "cuda" => OpenCuda(name, index),
            "gcu" => OpenGcu(name, index),
            _ => throw Unknown(name),
        };
    }

    /// <summary>How many there are of a kind.</summary>
    /// <exception cref="DeviceException">A vendor's library was named and does not load.</exception>
    public static int Count(DeviceKind kind) => kind switch
    {
        DeviceKind.Cpu => 1,
        DeviceKind.Cuda => cuda.is_available() ? cuda.device_count() : 0,
        _ => GcuLibrary.IsPresent() ? GcuLibrary.Count : 0,
    };

    /// <summary>Whether a vendor's library of gcu is named, or lies beside torch.</summary>
    public static bool HasGcuLibrary => GcuLibrary.IsInstalled;

    public static DeviceKind Kind(Device device) => device.type switch
    {
        TorchSharp.DeviceType.CPU => DeviceKind.Cpu,
        TorchSharp.DeviceType.CUDA => DeviceKind.Cuda,
        _ => DeviceKind.Gcu,
    };

    /// <summary>The name that users give it, e.g. <c>gcu:0</c> where torch says <c>privateuseone:0</c>.</summary>
    public static string Name(Device device) => Kind(device) switch
    {
        DeviceKind.Cpu => "cpu",
        DeviceKind.Cuda => $"cuda:{Math.Max(0, device.index)}",
        _ => $"gcu:{Math.Max(0, device.index)}",
    };

    private static readonly Lazy<bool> s_gcuHasAttention = new(() => OwnBinding.IsThere && OwnBinding.HasFusedAttention);

    /// <summary>Whether torch has an attention there that keeps scores in cache or on the chip. To be asked when a device of the kind is open.</summary>
    public static bool HasFusedAttention(TorchSharp.DeviceType kind) => kind switch
    {
        TorchSharp.DeviceType.CPU or TorchSharp.DeviceType.CUDA => TorchEnvironment.HasAttention,
        _ => s_gcuHasAttention.Value,
    };

    /// <summary>Whether its kernels are meant for float16 and bfloat16. A CPU's are slower there than in float32.</summary>
    public static bool HasHalf(Device device) => Kind(device) switch
    {
        DeviceKind.Cpu => false,
        DeviceKind.Cuda => true,
        _ => GcuLibrary.HasHalf(),
    };

    /// <summary>Waits until the device has done all that was asked of it.</summary>
    public static void Synchronize(Device device)
    {
        if (Kind(device) == DeviceKind.Cuda)
            cuda.synchronize(device);
        else if (Kind(device) == DeviceKind.Gcu)
        {
            // A vendor need not let torch wait for a device; reading a number back waits for all that came before it.
            using Tensor probe = zeros(1, device: device);
            using Tensor read = probe.cpu();
        }
    }

    /// <summary>Memory of a device; null where its library has no way to ask.</summary>
    public static DeviceMemory? Memory(Device device) => Kind(device) switch
    {
        DeviceKind.Cpu => DeviceMemory.OfHost(),
        DeviceKind.Cuda => DeviceMemory.OfCuda(Math.Max(0, device.index)),
        _ => null,
    };

    private static Device OpenCuda(string name, int index)
    {
        if (!cuda.is_available())
            throw new DeviceException($"device {name}: there is no CUDA device, or torch {TorchEnvironment.Version} was built without CUDA. " +
                "Remedy: check `nvidia-smi`; if it lists the card, run on a torch of this machine that has CUDA (--torch DIR, e.g. pip's), or build with TorchSharp's (-p:TorchPackage=cuda)");
        int count = cuda.device_count();
        return index < count ? new Device(TorchSharp.DeviceType.CUDA, index) : throw OutOfRange(name, "cuda", count);
    }

    private static Device OpenGcu(string name, int index)
    {
        if (GcuLibrary.Load() is { } problem)
            throw new DeviceException($"device {name}: {problem}");
        int count = GcuLibrary.Count;
        if (count == 0)
            throw new DeviceException($"device {name}: {GcuLibrary.Path} finds no card. Remedy: check the vendor's driver and its monitoring tool");
        return index < count ? new Device(GcuLibrary.Type, index) : throw OutOfRange(name, "gcu", count);
    }

    private static DeviceException OutOfRange(string name, string kind, int count) =>
        new($"device {name}: there {(count == 1 ? "is 1 device" : $"are {count} devices")} of this kind, {kind}:0{(count > 1 ? $" to {kind}:{count - 1}" : "")}");

    private static DeviceException Unknown(string name) =>
        new($"device '{name}' is unknown: use cpu, cuda, cuda:N, gcu or gcu:N, N = 0, 1, …");
}
