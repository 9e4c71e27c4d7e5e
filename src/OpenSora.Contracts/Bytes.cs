using System.Globalization;

namespace OpenSora.Contracts;

/// <summary>Amounts of memory and disk, for people.</summary>
public static class Bytes
{
    private static readonly string[] s_units = ["bytes", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>e.g. <c>23.5 GiB</c>.</summary>
    public static string Words(long count)
    {
        double number = count;
        int unit = 0;
        for (; number >= 1024 && unit < s_units.Length - 1; unit++)
            number /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{number:0.#} {s_units[unit]}");
    }
}
