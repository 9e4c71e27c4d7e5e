using OpenSora.Contracts;
using OpenSora.Inference;
using OpenSora.Torch;
using static TorchSharp.torch;

namespace OpenSora.Card;

/// <summary>The device of this process and the numbers that it computes in.</summary>
internal sealed record CardDevice(Device Device, Precision Precision)
{
    public string Name => Devices.Name(Device);

    /// <summary>Sets the threads, opens the device, and says so when the BLAS is a slow one.</summary>
    /// <param name="device">null for the best one present.</param>
    /// <param name="dtype">bf16, fp16 or fp32.</param>
    /// <exception cref="DeviceException">The device is not there.</exception>
    public static CardDevice Open(string? device, string dtype, int? threads, EventWriter events)
    {
        TorchRuntime.Initialize(threads ?? Environment.ProcessorCount);
        Device opened = Devices.Open(device);
        if (TorchRuntime.CheckBlas() is { IsSlow: true } blas)
            events.Write(new Notice($"the linear algebra library is slow ({blas.Name}): {blas.Remedy}"));
        ScalarType model = TypeOf(dtype);
        return new CardDevice(opened, new Precision(model, Devices.HasHalf(opened) ? model : ScalarType.Float32));
    }

    /// <summary>bf16, fp16 or fp32.</summary>
    public static string NameOf(ScalarType type) => type switch
    {
        ScalarType.BFloat16 => "bf16",
        ScalarType.Float16 => "fp16",
        _ => "fp32",
    };

    private static ScalarType TypeOf(string dtype) => dtype switch
    {
        "bf16" => ScalarType.BFloat16,
        "fp16" => ScalarType.Float16,
        "fp32" => ScalarType.Float32,
        _ => throw new InputException($"--dtype '{dtype}' is not known: give bf16, fp16 or fp32"),
    };
}
