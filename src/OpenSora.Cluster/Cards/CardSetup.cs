using Microsoft.Extensions.DependencyInjection;
using OpenSora.Hosting;

namespace OpenSora.Cluster.Cards;

public static class CardSetup
{
    /// <summary>What a coordinator needs to find cards and to give them work. Needs its <see cref="ClusterOptions"/>.</summary>
    public static IServiceCollection AddCards(this IServiceCollection services, SiloPlace place, ClusterCards directory) => services
        .AddSingleton(directory)
        .AddSingleton(provider => new CardTaskClient(
            provider.GetRequiredService<IGrainFactory>(), provider.GetRequiredService<ILocalSiloDetails>(), place.Token, provider.GetRequiredService<ClusterOptions>(), place.Tls))
        .AddHostedService<CardWatch>();
}
