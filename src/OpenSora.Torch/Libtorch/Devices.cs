using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Torch;

public static partial class Devices
{
    private const int Gcu = (int)DeviceType.PRIVATEUSEONE;

    private static readonly Lock s_loading = new();

    private static Device OpenGcu(string name, int index)
    {
        if (LoadGcu() is { } problem)
            throw new DeviceException($"device {name}: {problem}");
        Native.Check(Native.ost_device_count(Gcu, out int count));
        if (count == 0)
            throw new DeviceException($"device {name}: {GcuLibrary.Path} finds no card. Remedy: check the vendor's driver and its monitoring tool");
        return index < count ? new Device(DeviceType.PRIVATEUSEONE, index) : throw OutOfRange(name, "gcu", count);
    }

    /// <exception cref="DeviceException">A library was named and does not load: taking another device would hide that.</exception>
    private static bool GcuIsPresent()
    {
        if (LoadGcu() is { } problem)
            return GcuLibrary.IsNamed ? throw new DeviceException($"device gcu: {problem}, or unset it") : false;
        Native.Check(Native.ost_device_count(Gcu, out int count));
        return count > 0;
    }

    private static unsafe bool GcuHasHalf() =>
        GcuLibrary.Handle == 0 || !NativeLibrary.TryGetExport(GcuLibrary.Handle, "opensora_card_has_half", out nint function)
        || ((delegate* unmanaged<int>)function)() != 0;

    /// <summary>Loads the vendor's library unless a device of its kind is there already; says what is wrong, or null.</summary>
    private static string? LoadGcu()
    {
        lock (s_loading)
        {
            // A second registration would end the process.
            if (Native.ost_device_is_registered(Gcu))
                return null;
            if (GcuLibrary.Load() is { } problem)
                return problem;
            if (!Native.ost_device_is_registered(Gcu))
                return $"{GcuLibrary.Path} was loaded, but it brings no PrivateUse1 device. Remedy: set {GcuLibrary.Variable} to the vendor's torch library";
            Native.Mend = message => message
                .Replace("privateuseone", "gcu", StringComparison.OrdinalIgnoreCase)
                .Replace("PrivateUse1", "GCU", StringComparison.OrdinalIgnoreCase);
            return null;
        }
    }
}
