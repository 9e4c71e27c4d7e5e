using Orleans.GrainDirectory;

namespace OpenSora.Hosting;

/// <summary>
/// The directory of a cluster in which each grain's place follows from its kind and name: nothing is kept and nobody is asked. Orleans' own
/// spreads its entries over all silos, cards too: one that is lost would end grains elsewhere, and one that hangs would keep others from being found.
/// </summary>
public sealed class PlacedGrains : IGrainDirectory
{
    /// <summary>What grains name it by.</summary>
    public const string Name = "placed";

    public Task<GrainAddress?> Register(GrainAddress address) => Task.FromResult<GrainAddress?>(address);

    public Task<GrainAddress?> Register(GrainAddress address, GrainAddress? previousAddress) => Register(address);

    public Task Unregister(GrainAddress address) => Task.CompletedTask;

    public Task<GrainAddress?> Lookup(GrainId grainId) => Task.FromResult<GrainAddress?>(null);

    public Task UnregisterSilos(List<SiloAddress> siloAddresses) => Task.CompletedTask;
}
