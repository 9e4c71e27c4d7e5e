using OpenSora.Layout.Models;

namespace OpenSora.Planning.Work;

/// <summary>Effort of the T5 encoder on one prompt of L tokens.</summary>
public static class TextWork
{
    /// <summary>Kernels of a block besides those of each head.</summary>
    private const double KernelsPerBlock = 30, KernelsPerHead = 8;

    public static Effort Prompt(T5EncoderConfig config, int elementSize, int length)
    {
        double weights = 4.0 * config.DModel * config.Inner + 3.0 * config.DModel * config.DFf;
        return config.NumLayers * new Effort(
            2 * weights * length + 4.0 * length * length * config.Inner,
            elementSize * weights,
            KernelsPerBlock + KernelsPerHead * config.NumHeads);
    }
}
