using Npgsql;
using OpenSora.Hosting;
using OpenSora.TestKit;

namespace OpenSora.Cluster.Tests.Grains;

/// <summary>Of a grain there is one entry, whoever registers.</summary>
[Collection(OnPostgreSql.Name)]
public sealed class GrainTableTests : IDisposable
{
    private static readonly SiloAddress First = SiloAddress.FromParsableString("10.0.0.1:1@1"), Second = SiloAddress.FromParsableString("10.0.0.2:1@2");

    private readonly GrainTable _table;

    public GrainTableTests(PostgreSqlServer server)
    {
        string database = server.NewDatabase();
        using NpgsqlDataSource made = NpgsqlDataSource.Create(database);
        using NpgsqlCommand create = made.CreateCommand(GrainTable.Definition);
        create.ExecuteNonQuery();
        _table = new GrainTable(database, "tests");
    }

    public void Dispose() => _table.Dispose();

    [Fact]
    public async Task TheFirstEntryStaysUntilItIsReplacedOrRemoved()
    {
        GrainAddress own = Address("a", First), other = Address("a", Second);
        Assert.Null(await _table.Lookup(own.GrainId));
        Assert.Equal(own, await _table.Register(own));
        Assert.Equal(own, await _table.Register(other));
        Assert.Equal(own, await _table.Lookup(own.GrainId));
        await _table.Unregister(other);
        Assert.Equal(own, await _table.Register(other, Address("a", Second)));
        Assert.Equal(other, await _table.Register(other, own));
        await _table.Unregister(own);
        Assert.Equal(other, await _table.Lookup(own.GrainId));
        await _table.Unregister(other);
        Assert.Null(await _table.Lookup(own.GrainId));
    }

    [Fact]
    public async Task OfManyAtOnceOneIsRegistered()
    {
        GrainAddress[] all = [.. Enumerable.Range(0, 20).Select(i => Address("a", i % 2 == 0 ? First : Second))];
        GrainAddress?[] registered = await Task.WhenAll(all.Select(_table.Register));
        Assert.Contains(Assert.Single(registered.Distinct()), all);
    }

    [Fact]
    public async Task EntriesOfLostSilosGo()
    {
        await _table.Register(Address("a", First));
        GrainAddress stays = Address("b", Second);
        await _table.Register(stays);
        await _table.UnregisterSilos([First]);
        Assert.Null(await _table.Lookup(Address("a", First).GrainId));
        Assert.Equal(stays, await _table.Lookup(stays.GrainId));
    }

    [Fact]
    public async Task ADatabaseThatIsAwayIsAnErrorOfOrleans()
    {
        using GrainTable away = new("Host=127.0.0.1;Port=1;Database=none;Username=none", "tests");
        Assert.Contains("the table of grains", (await Assert.ThrowsAsync<OrleansException>(() => away.Lookup(GrainId.Create("test", "a")))).Message);
    }

    private static GrainAddress Address(string grain, SiloAddress silo) =>
        new() { GrainId = GrainId.Create("test", grain), ActivationId = ActivationId.NewId(), SiloAddress = silo, MembershipVersion = new MembershipVersion(3) };
}
