using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;

namespace OpenSora.Hosting.Cards;

/// <summary>A card's process as a silo of its cluster, from joining to leaving it.</summary>
public sealed class CardSilo : IAsyncDisposable
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20), Look = TimeSpan.FromSeconds(1), Longest = TimeSpan.FromSeconds(5);

    /// <summary>A silo that starts with the card is there by then.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Looks in a row that nobody answered.</summary>
    private const int MostSilent = 10;

    private readonly IHost _host;
    private readonly End _end;
    private readonly CancellationTokenSource _left = new();

    private CardSilo(IHost host, End end) => (_host, _end) = (host, end);

    /// <summary>Ends when the cluster has given this silo up, or has begun anew.</summary>
    public Task IsOut => _end.Task;

    /// <summary>Joins, as soon as somebody answers there.</summary>
    /// <param name="findPlace">Where it is to be, asked for at each attempt; the port is 0 for any that is free.</param>
    /// <param name="configure">Adds what the card's grain needs.</param>
    /// <param name="tell">Told when it cannot join yet, once.</param>
    /// <returns>Null when it was told to stop before.</returns>
    /// <exception cref="InputException">The address of this silo cannot be used, the cluster has another token, or another card has the name.</exception>
    public static async Task<CardSilo?> Join(Func<SiloPlace> findPlace, Action<HostApplicationBuilder> configure, Action<string> tell, CancellationToken stop)
    {
        bool told = false;
        TimeSpan pause = Glance;
        long begin = Stopwatch.GetTimestamp();
        while (!stop.IsCancellationRequested)
        {
            string? why;
            try
            {
                SiloPlace place = findPlace();
                why = await Greet(place, stop);
                if (why is null)
                {
                    (CardSilo? silo, why) = await TryJoin(place, configure, stop);
                    if (silo is not null)
                        return silo;
                }
            }
            catch (SocketException unknown)
            {
                why = $"the silo to join cannot be found ({unknown.Message})";
            }
            if (!told && Stopwatch.GetElapsedTime(begin) > Patience)
            {
                tell($"{why}; trying again");
                told = true;
            }
            await Task.Delay(pause, stop).ContinueWith(_ => { }, TaskScheduler.Default);
            pause = TimeSpan.FromSeconds(Math.Min(Longest.TotalSeconds, pause.TotalSeconds * (1.1 + (0.2 * Random.Shared.NextDouble()))));
        }
        return null;
    }

    /// <summary>Leaves the cluster, if it is still in.</summary>
    public async ValueTask DisposeAsync()
    {
        await _left.CancelAsync();
        using CancellationTokenSource moment = new();
        moment.CancelAfter(IsOut.IsCompleted ? TimeSpan.Zero : Look * 2);
        await Quietly(_host.StopAsync(moment.Token));
        await Quietly(((IAsyncDisposable)_host).DisposeAsync().AsTask());
        _left.Dispose();
    }

    /// <summary>Whether the silo that knows the cluster is there, and takes this one for a member.</summary>
    /// <returns>Null, or why not yet.</returns>
    /// <exception cref="InputException">It does not.</exception>
    private static async Task<string?> Greet(SiloPlace place, CancellationToken stop)
    {
        if (place.Primary is not { } primary)
            return null;
        return await TokenHandshake.Probe(place, primary, stop) switch
        {
            true => null,
            false => throw new InputException(place.Tls is null
                ? $"the silo at {primary} has another token: give both the same {CardProtocol.TokenVariable}"
                : $"the silo at {primary} has another token or authority: give both the same {CardProtocol.TokenVariable} and {ClusterTls.AuthorityVariable}"),
            null => $"the silo at {primary} does not answer",
        };
    }

    private static async Task<(CardSilo? Silo, string? Why)> TryJoin(SiloPlace place, Action<HostApplicationBuilder> configure, CancellationToken stop)
    {
        using SiloPort port = new(place.ListensEverywhere ? new IPEndPoint(IPAddress.Any, place.Endpoint.Port) : place.Endpoint, "--listen");
        End end = new();
        CardSilo silo = new(Build(place with { Endpoint = new IPEndPoint(place.Endpoint.Address, port.Endpoint.Port) }, configure, end), end);
        string why = "its cluster has given it up";
        try
        {
            Task starting = silo._host.StartAsync(stop);
            if (await Task.WhenAny(starting, end.Task) == starting)
            {
                await starting;
                await silo.RequireName(place.Name, stop);
                _ = silo.Watch();
                return (silo, null);
            }
            _ = Quietly(starting);
        }
        catch (Exception error) when (error is not InputException && !stop.IsCancellationRequested)
        {
            why = $"it cannot join its cluster ({error.GetBaseException().Message})";
        }
        catch (Exception error)
        {
            await silo.DisposeAsync();
            if (error is InputException)
                throw;
            return (null, "it was told to stop");
        }
        end.Tell();
        await silo.DisposeAsync();
        return (null, why);
    }

    private static IHost Build(SiloPlace place, Action<HostApplicationBuilder> configure, End end)
    {
        HostApplicationBuilder builder = new(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        configure(builder);
        builder.UseOrleans(silo => silo.UsePlace(place));
        builder.Services.Replace(ServiceDescriptor.Singleton<IFatalErrorHandler>(end));
        return builder.Build();
    }

    /// <summary>Whether anybody listens there.</summary>
    private static async Task<bool> Answers(IPEndPoint silo, CancellationToken stop)
    {
        using Socket probe = new(silo.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(stop);
        late.CancelAfter(Look);
        try
        {
            await probe.ConnectAsync(silo, late.Token);
            return true;
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>A card of the name that lives keeps it; one that does not may not be known to be dead yet.</summary>
    /// <exception cref="InputException">Another card of the cluster has the name.</exception>
    private async Task RequireName(string name, CancellationToken stop)
    {
        IClusterMembershipService membership = _host.Services.GetRequiredService<IClusterMembershipService>();
        SiloAddress own = _host.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress;
        foreach (ClusterMember other in membership.CurrentSnapshot.Members.Values.Where(member => member.Name == name && member.Status == SiloStatus.Active && !member.SiloAddress.Equals(own)))
        {
            if (await Answers(other.SiloAddress.Endpoint, stop))
                throw new InputException($"{OnItsCard.CardOf(name)}: a card of that name is at {other.SiloAddress.Endpoint}: give each card a name of its own");
            await membership.TryKill(other.SiloAddress);
        }
    }

    /// <summary>A silo that alone knows of all others may have begun anew: then it does not know this one.</summary>
    private async Task Watch()
    {
        IMembershipTable table = _host.Services.GetRequiredService<IMembershipTable>();
        SiloAddress own = _host.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress;
        CancellationToken left = _left.Token;
        for (int silent = 0; !left.IsCancellationRequested;)
        {
            try
            {
                await Task.Delay(Look, left);
                MembershipTableData known = await table.ReadAllAsync(left).WaitAsync(Longest, left);
                silent = 0;
                if (!known.Members.Any(member => member.Item1.SiloAddress.Equals(own) && member.Item1.Status != SiloStatus.Dead))
                    _end.Tell();
            }
            catch (Exception)
            {
                // It may come back as it was, or elsewhere.
                if (++silent == MostSilent)
                    _end.Tell();
            }
        }
    }

    private static async Task Quietly(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception)
        {
            // It is over, one way or the other.
        }
    }

    /// <summary>Told that this silo cannot go on; the process can.</summary>
    private sealed class End : IFatalErrorHandler
    {
        private readonly TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Task => _told.Task;

        public void Tell() => _told.TrySetResult();

        public bool IsUnexpected(Exception exception) => true;

        public void OnFatalException(object? sender, string? context, Exception? exception) => Tell();
    }
}
