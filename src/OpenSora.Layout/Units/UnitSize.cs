using OpenSora.Contracts;

namespace OpenSora.Layout.Units;

/// <summary>
/// How many rows a unit is to have. The size decides last bits, so it is part of a card's kind, and cards of another size never
/// share a clip; within a kind it follows from the clip alone. The figures behind both sizes: docs/simulator.md.
/// </summary>
/// <param name="Name">How settings call it.</param>
/// <param name="LeastRows">Rows of a unit of a small clip.</param>
/// <param name="MostRows">Rows of a unit of a large clip.</param>
/// <param name="UnitsWanted">Units that a clip is to have in between, so that gangs share it evenly.</param>
/// <param name="RowsAtOnce">Rows that equal units may have together which one call computes, where it gives the bytes of single calls.</param>
public sealed record UnitSize(string Name, long LeastRows, long MostRows, long UnitsWanted, long RowsAtOnce)
{
    /// <summary>
    /// For CPUs: enough rows for products to run near full speed, few enough for the tensors between them to stay in cache.
    /// </summary>
    public static readonly UnitSize Processor = new("processor", 512, 512, 1, 0);

    /// <summary>
    /// For CUDA and GCU: enough rows for kernels to take longer than their launches and to fill the device, few enough for a gang to be
    /// loaded evenly.
    /// </summary>
    public static readonly UnitSize Accelerator = new("accelerator", 2048, 8192, 32, 32768);

    /// <summary>The sizes that there are.</summary>
    public static IReadOnlyList<UnitSize> All { get; } = [Processor, Accelerator];

    /// <exception cref="InputException">There is no size of this name.</exception>
    public static UnitSize Named(string name) => All.FirstOrDefault(size => size.Name == name)
        ?? throw new InputException($"unit size '{name}' is not known: give {string.Join(" or ", All.Select(size => size.Name))}");

    /// <summary>Rows that a unit of a clip is to have; a clip is cut into as many units as come nearest to it.</summary>
    /// <param name="tokens">Tokens of the clip, T · S.</param>
    public long RowsFor(long tokens) => Math.Clamp(tokens / UnitsWanted, LeastRows, MostRows);

    public override string ToString() => LeastRows == MostRows ? $"units of {LeastRows} rows" : $"units of {LeastRows} to {MostRows} rows";
}
