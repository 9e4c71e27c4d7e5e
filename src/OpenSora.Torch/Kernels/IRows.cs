namespace OpenSora.Torch.Kernels;

/// <summary>A kernel and its arguments. Each row is computed whole, by one thread, with the same operations wherever it lies.</summary>
internal interface IRows
{
    long Rows { get; }

    /// <summary>What a row costs, roughly, as numbers that are read, changed a little and written.</summary>
    long Cost { get; }

    void Compute(long first, long end);
}
