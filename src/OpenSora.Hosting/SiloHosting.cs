using Microsoft.Extensions.DependencyInjection;
using OpenSora.Contracts.Cards;
using OpenSora.Hosting.Cards;
using Orleans.Configuration;
using Orleans.Connections.Security;
using Orleans.GrainDirectory;
using Orleans.Runtime.Hosting;
using Orleans.Serialization;

namespace OpenSora.Hosting;

/// <summary>The one place that says how processes form a cluster: coordinators and cards alike.</summary>
public static class SiloHosting
{
    public const string ClusterName = "opensora";

    private const int MostSilos = 4096;

    public static void UsePlace(this ISiloBuilder silo, SiloPlace place)
    {
        silo.AddActivityPropagation();
        silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (ClusterName, ClusterName));
        silo.Configure<SiloOptions>(options => options.SiloName = place.Name);
        silo.Configure<ClusterMembershipOptions>(membership =>
        {
            // A silo that hangs is found within seconds, not within a minute; where answers take longer, so does this, up to four times.
            membership.ProbeTimeout = TimeSpan.FromSeconds(1);
            (membership.NumMissedProbesLimit, membership.NumVotesForDeathDeclaration) = (place.IsCard ? int.MaxValue : 2, 1);
            membership.NumProbedSilos = place.IsCard ? 1 : MostSilos; // a coordinator looks after all cards
            membership.MaxJoinAttemptTime = TimeSpan.FromSeconds(30);
            membership.TableRefreshTimeout = TimeSpan.FromSeconds(5);
        });
        silo.Configure<ConnectionOptions>(connection => connection.ConnectionRetryDelay = TimeSpan.FromMilliseconds(100));
        UseClustering(silo, place);
        Secure(silo, place);
        silo.Services.AddCardMessages();
        silo.AddPlacementDirector<OnItsCard, CardDirector>();
        silo.AddGrainDirectory(PlacedGrains.Name, (_, _) => new PlacedGrains());
        silo.AddGrainDirectory(GrainDirectoryAttribute.DEFAULT_GRAIN_DIRECTORY, (_, _) => place.Database is { } database ? new GrainTable(database, ClusterName) : (IGrainDirectory)new PlacedGrains());
    }

    /// <summary>What coordinators and cards say to each other is written as their JSON.</summary>
    public static void AddCardMessages(this IServiceCollection services) => services.AddSerializer(serializer => serializer.AddJsonSerializer(
        type => type.Assembly == typeof(CardTask).Assembly && type.Namespace == typeof(CardTask).Namespace && !type.IsEnum, CardsJson.Default.Options));

    private static void UseClustering(ISiloBuilder silo, SiloPlace place)
    {
        if (place.Database is null)
            silo.UseDevelopmentClustering(place.Primary ?? place.Endpoint);
        else
            silo.UseAdoNetClustering(database => (database.Invariant, database.ConnectionString) = ("Npgsql", place.Database));
        silo.ConfigureEndpoints(place.Endpoint.Address, place.Endpoint.Port, gatewayPort: 0, place.ListensEverywhere);
    }

    private static void Secure(ISiloBuilder silo, SiloPlace place)
    {
        byte[] token = place.TokenBytes;
        if (place.Tls is { } tls)
            silo.UseTls(options =>
            {
                options.LocalCertificate = tls.Certificate;
                options.RemoteCertificateMode = RemoteCertificateMode.RequireCertificate;
                options.ClientCertificateMode = RemoteCertificateMode.RequireCertificate;
                options.RemoteCertificateValidation = (certificate, _, _) => tls.IsMember(certificate);
                options.OnAuthenticateAsClient = (_, client) => client.TargetHost = "card";
            });
        silo.Configure<SiloConnectionOptions>(connections =>
        {
            connections.ConfigureSiloInboundConnection(inbound => TokenHandshake.Listen(inbound, token));
            connections.ConfigureSiloOutboundConnection(outbound => TokenHandshake.Connect(outbound, token));
        });
    }
}
