using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Profiling;

/// <summary>Matrix products and nothing else, many rows at once: what the BLAS of this machine gives.</summary>
internal static class PlainProducts
{
    /// <summary>More rows are no faster, and those of the largest clips would not fit into memory.</summary>
    private const long MostRows = 16384;

    /// <summary>What all of <paramref name="products"/> take; each shape is timed twice and counted as often as it occurs.</summary>
    public static Times Time(IReadOnlyList<Product> products)
    {
        Times total = default;
        foreach (Product product in products)
        {
            using DisposeScope scope = NewDisposeScope();
            long rows = Math.Min(product.Rows, MostRows);
            Tensor x = ones(rows, product.Inner), weight = ones(product.Columns, product.Inner).t();
            Times once = Times.Of(() =>
            {
                x.mm(weight).Dispose();
                x.mm(weight).Dispose();
            });
            total += once * (product.Count / 2.0 * product.Rows / rows);
        }
        return total;
    }
}
