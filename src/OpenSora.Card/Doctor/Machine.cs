using OpenSora.Contracts;
using OpenSora.Contracts.Diagnosis;
using OpenSora.Torch;

namespace OpenSora.Card.Doctor;

/// <summary>Processor and memory. Needs no torch.</summary>
internal static class Machine
{
    /// <summary>The demo model takes half of it.</summary>
    private const long LittleBytes = 1L << 30;

    /// <param name="kernels">See <see cref="CardSettings.Kernels"/>.</param>
    public static Finding Processor(string kernels) => Finding.Of("processor", () =>
    {
        string told = $"{TorchEnvironment.Processor}, {Environment.ProcessorCount} cores";
        if (!FusedKernels.Choose(kernels))
            return new Finding("processor", Health.Broken, $"{told}; it lacks the kernels of {CardSettings.KernelsVariable}={kernels}", $"unset {CardSettings.KernelsVariable}, which takes the best that there are");
        told = $"{told}, kernels {FusedKernels.Chosen}";
        return FusedKernels.Chosen switch
        {
            "portable" => new Finding("processor", Health.Weak, $"{told}: of 128 bits", "a processor with AVX2 is several times faster, an accelerator more than that"),
            "plain" => new Finding("processor", Health.Weak, $"{told}: torch's only", $"unset {CardSettings.KernelsVariable}, if it need not be so"),
            _ => Finding.Ok("processor", told),
        };
    }, "this program needs Linux with /proc");

    public static Finding Memory() => Finding.Of("memory", () =>
    {
        DeviceMemory host = DeviceMemory.OfHost();
        long limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes is > 0 and var most ? most : long.MaxValue;
        string told = $"{Bytes.Words(host.FreeBytes)} of {Bytes.Words(host.TotalBytes)} free{(limit < host.TotalBytes ? $", this container may take {Bytes.Words(limit)}" : "")}";
        return Math.Min(host.FreeBytes, limit) >= LittleBytes ? Finding.Ok("memory", told)
            : new Finding("memory", Health.Weak, told, "end what else takes memory, or give the container more; opensora plan tells what a clip takes");
    }, "this program needs Linux with /proc");
}
