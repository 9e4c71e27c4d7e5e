using OpenSora.Contracts;
using OpenSora.Contracts.Diagnosis;
using OpenSora.Torch;
using static TorchSharp.torch;

namespace OpenSora.Card.Doctor;

/// <summary>The devices of this process's torch, and accelerators of the machine that it does not see.</summary>
internal static class DeviceChecks
{
    private const long LittleBytes = 1L << 30;

    /// <param name="device">null for all.</param>
    /// <returns>A finding for each; with the name of one that can be tried.</returns>
    public static IEnumerable<(string? Device, Finding Finding)> Look(string? device) =>
        device is not null ? [One(device)]
        : [One("cpu"), .. OfKind(DeviceKind.Cuda, "cuda", () => Tool.Run("nvidia-smi", "-L").Length > 0), .. OfKind(DeviceKind.Gcu, "gcu", () => Devices.HasGcuLibrary || Tool.Run("efsmi").Length > 0)];

    /// <param name="isExpected">Whether the machine seems to have some.</param>
    private static IEnumerable<(string? Device, Finding Finding)> OfKind(DeviceKind kind, string name, Func<bool> isExpected)
    {
        int count = 0;
        Finding counted = Finding.Of(name, () =>
        {
            count = Devices.Count(kind);
            return Finding.Ok(name, "none");
        }, "check the vendor's driver");
        if (count > 0)
            return Enumerable.Range(0, count).Select(index => One($"{name}:{index}"));
        if (counted.Health == Health.Ok && isExpected())
            counted = One(name).Finding with { Health = Health.Weak };
        return [(null, counted)];
    }

    private static (string? Device, Finding Finding) One(string name)
    {
        string? opened = null;
        Finding finding = Finding.Of(name, () =>
        {
            Device device = Devices.Open(name);
            opened = Devices.Name(device);
            string memory = Devices.Kind(device) == DeviceKind.Cpu ? "" : Devices.Memory(device) is { } there ? $", {Bytes.Words(there.FreeBytes)} of {Bytes.Words(there.TotalBytes)} free" : ", memory not told";
            string told = $"{(Devices.HasHalf(device) ? "computes in half precision" : "computes in float32")}{memory}";
            return memory.Length > 0 && Devices.Memory(device) is { FreeBytes: < LittleBytes } ? new Finding(opened, Health.Weak, told, "end what else uses the device: the vendor's tool (nvidia-smi, efsmi) lists it")
                : Devices.Kind(device) != DeviceKind.Cpu && !DeviceCopy.Overlaps(device) ? new Finding(opened, Health.Weak, $"{told}, waits for its copies to and from the host", "nothing on this torch, which has no streams for copies; it costs time where several cards share a clip")
                : Finding.Ok(opened, told);
        }, "check the vendor's driver, and run opensora verify on this device alone");
        return (opened, finding);
    }
}
