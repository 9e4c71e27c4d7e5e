using System.Diagnostics;

namespace OpenSora.Contracts;

/// <summary>
/// What the runtimes of a card program read only when they are loaded. Threads of OpenMP that wait must not keep those of
/// the BLAS from their cores. Memory must follow the unit of work: by default managed garbage may grow with the processor's
/// cache, frames are among what is collected last, and each thread may have a heap of its own, which made 408 frames take 1.16 times the memory of 51.
/// </summary>
public static class CardEnvironment
{
    private static readonly (string Variable, string Value)[] Settings =
        [("OMP_WAIT_POLICY", "PASSIVE"), ("DOTNET_GCgen0size", "0x400000"), ("DOTNET_GCLOHThreshold", "0x200000"), ("MALLOC_ARENA_MAX", "2")];

    /// <summary>Sets what the user has not set.</summary>
    public static void Complete(ProcessStartInfo start)
    {
        foreach ((string variable, string value) in Settings)
            start.Environment.TryAdd(variable, value);
    }
}
