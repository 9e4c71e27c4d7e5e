namespace OpenSora.Layout.Decoding;

/// <summary>What the autoencoder has at once on a processor, in numbers, so that it stays in cache.</summary>
public static class CacheRoom
{
    /// <summary>Numbers of a band of rows that a convolution takes: 8 MiB, about what a core has of cache.</summary>
    public const long Band = 1 << 21;

    /// <summary>Numbers that the widest activation of a pass over some frames may have.</summary>
    public const long Pass = 8 * Band;
}
