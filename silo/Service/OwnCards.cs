using OpenSora.Cluster.Cards;
using OpenSora.Cluster.Supervision;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Silo.Cards;

namespace OpenSora.Silo.Service;

/// <summary>The cards of the service's own machine. They register at a port of their own, which is there before the service is.</summary>
internal sealed class OwnCards : IAsyncDisposable
{
    private readonly RegistrationHost _registration;
    private readonly LocalCards _cards;
    private readonly DirectoryInfo _links;

    private OwnCards(RegistrationHost registration, LocalCards cards, DirectoryInfo links) => (_registration, _cards, _links) = (registration, cards, links);

    /// <param name="service">Where the service is reached: cards of other machines reach these by the same host.</param>
    public static async Task<OwnCards> Start(ServeOptions options, Uri service, CardDirectory directory, ClusterToken token, ClusterTls? tls)
    {
        string program = options.CardProgram ?? Installation.CardProgram();
        RegistrationHost registration = await RegistrationHost.Start(directory, token, null, tls);
        DirectoryInfo links = Directory.CreateTempSubdirectory("opensora-");
        LocalCardsPlan plan = new()
        {
            Program = program,
            Count = options.Cards,
            Device = options.Device,
            Threads = options.Threads ?? Math.Max(1, Environment.ProcessorCount / options.Cards),
            Join = registration.Address,
            Token = token.Value,
            Links = name => service.IsLoopback ? $"unix:{Path.Combine(links.FullName, name + ".sock")}" : $"tcp:{service.Host}:0",
            OthersMayJoin = true,
        };
        return new OwnCards(registration, new LocalCards(plan, directory, options.Cluster, Console.Error.WriteLine), links);
    }

    public async ValueTask DisposeAsync()
    {
        await _cards.DisposeAsync();
        await _registration.DisposeAsync();
        _links.Delete(recursive: true);
    }
}
