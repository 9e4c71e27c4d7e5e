using OpenSora.Contracts;
using OpenSora.Inference;
using OpenSora.Layout.Units;
using OpenSora.Torch;
using static TorchSharp.torch;

namespace OpenSora.Card;

/// <summary>The device of this process.</summary>
internal sealed class CardDevice
{
    private CardDevice(Device device, UnitSize units) => (Device, Units) = (device, units);

    public Device Device { get; }

    /// <summary>The size of units that the device computes in.</summary>
    public UnitSize Units { get; }

    public string Name => Devices.Name(Device);

    /// <summary>What makes this device slower than it need be, a line each.</summary>
    public IEnumerable<string> Warnings
    {
        get
        {
            if (TorchEnvironment.SlowProducts is { } why)
                yield return why;
            if (Devices.Kind(Device) != DeviceKind.Cpu && !DeviceCopy.Overlaps(Device))
                yield return $"{Name} waits for its copies to and from the host: its torch has no streams to make them on";
        }
    }

    /// <summary>See <see cref="Contracts.Cards.CardDescription.Kind"/>.</summary>
    public string Kind => $"{Devices.Kind(Device).ToString().ToLowerInvariant()}, {TorchEnvironment.Describe()}"
        + $", kernels {FusedKernels.Chosen}, {Units}, {TorchEnvironment.Processor}, build {Build}";

    /// <summary>Memory of the device in bytes; 0 where its library has no way to ask.</summary>
    public DeviceMemory Memory => Devices.Memory(Device) ?? default;

    /// <summary>Version of this program.</summary>
    public static string Build { get; } = typeof(CardDevice).Assembly.GetName().Version?.ToString(3) ?? "unknown";

    /// <summary>Sets the threads and opens the device. To be called on the thread that computes.</summary>
    /// <param name="device">null for the best one present.</param>
    /// <exception cref="DeviceException">The device is not there.</exception>
    /// <exception cref="InputException">The processor lacks these kernels.</exception>
    public static CardDevice Open(string? device, int? threads, CardSettings settings)
    {
        TorchEnvironment.Initialize(threads ?? Environment.ProcessorCount);
        if (!FusedKernels.Choose(settings.Kernels))
            throw new InputException($"{CardSettings.KernelsVariable}={settings.Kernels} cannot be used: this processor lacks them; give best, portable, or plain for torch's kernels only");
        Device opened = Devices.Open(device);
        return new CardDevice(opened, settings.Units != "auto" ? UnitSize.Named(settings.Units)
            : Devices.Kind(opened) == DeviceKind.Cpu ? UnitSize.Processor : UnitSize.Accelerator);
    }

    /// <summary>What a request computes in here.</summary>
    /// <param name="dtype">bf16, fp16 or fp32.</param>
    public Precision PrecisionOf(string dtype)
    {
        ScalarType model = TypeOf(dtype);
        return new Precision(model, Devices.HasHalf(Device) ? model : ScalarType.Float32);
    }

    /// <summary>bf16, fp16 or fp32.</summary>
    public static string NameOf(ScalarType type) => type switch
    {
        ScalarType.BFloat16 => "bf16",
        ScalarType.Float16 => "fp16",
        _ => "fp32",
    };

    /// <exception cref="InputException">Another word.</exception>
    public static ScalarType TypeOf(string dtype) => dtype switch
    {
        "bf16" => ScalarType.BFloat16,
        "fp16" => ScalarType.Float16,
        "fp32" => ScalarType.Float32,
        _ => throw new InputException($"--dtype '{dtype}' is not known: give bf16, fp16 or fp32"),
    };
}
