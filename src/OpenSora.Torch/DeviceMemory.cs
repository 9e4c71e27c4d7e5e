using System.Globalization;

namespace OpenSora.Torch;

/// <summary>Memory of a device.</summary>
/// <param name="FreeBytes">What could be taken now; of a host that includes what it would give back when asked.</param>
/// <param name="TotalBytes">All that there is.</param>
public readonly record struct DeviceMemory(long FreeBytes, long TotalBytes)
{
    /// <summary>Of this machine. Loads no torch.</summary>
    public static DeviceMemory OfHost() => new(Field("MemAvailable:"), Field("MemTotal:"));

    /// <summary>Asks the CUDA runtime that torch has loaded, on the device and back on the one that was current.</summary>
    internal static unsafe DeviceMemory? OfCuda(int index)
    {
        LoadedLibrary runtime = LoadedLibrary.All()
            .FirstOrDefault(library => Path.GetFileName(library.Path).StartsWith("libcudart", StringComparison.Ordinal));
        if (runtime.Path is null)
            return null;
        var current = (delegate* unmanaged<int*, int>)runtime.Function("cudaGetDevice");
        var choose = (delegate* unmanaged<int, int>)runtime.Function("cudaSetDevice");
        var ask = (delegate* unmanaged<nuint*, nuint*, int>)runtime.Function("cudaMemGetInfo");
        int before;
        nuint free, total;
        if (current is null || choose is null || ask is null || current(&before) != 0 || choose(index) != 0)
            return null;
        int failure = ask(&free, &total);
        _ = choose(before);
        return failure == 0 ? new DeviceMemory((long)free, (long)total) : null;
    }

    private static long Field(string name)
    {
        foreach (string line in File.ReadLines("/proc/meminfo"))
            if (line.StartsWith(name, StringComparison.Ordinal))
                return 1024 * long.Parse(line.AsSpan(name.Length, line.Length - name.Length - " kB".Length).Trim(), CultureInfo.InvariantCulture);
        throw new InvalidDataException($"/proc/meminfo has no {name}");
    }
}
