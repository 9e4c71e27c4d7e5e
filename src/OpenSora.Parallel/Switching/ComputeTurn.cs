namespace OpenSora.Parallel.Switching;

/// <summary>
/// Lets the two halves of guidance on one rank compute in turns: whichever does not wait for other ranks. So one half's
/// switch overlaps with the other half's blocks, and the device never has two callers at once.
/// </summary>
internal sealed class ComputeTurn : IDisposable
{
    private readonly SemaphoreSlim _free = new(1, 1);

    public void Take() => _free.Wait();

    public void Release() => _free.Release();

    public void Dispose() => _free.Dispose();
}
