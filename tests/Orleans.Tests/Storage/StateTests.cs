using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime.Hosting;
using Orleans.Storage;

namespace Orleans.Tests.Storage;

[Collection(nameof(SharedSilo))]
public sealed class StateTests(TestSilo silo)
{
    [Fact]
    public async Task A_new_grain_has_a_new_state_and_no_record()
    {
        Assert.Equal(new Snapshot(0, false, null), await silo.New<IAccountGrain>().Look());
    }

    [Fact]
    public async Task What_is_written_is_there_for_the_next_activation()
    {
        IAccountGrain grain = silo.New<IAccountGrain>();
        Snapshot written = await grain.Deposit(5);
        Assert.True(written.Exists);
        Assert.NotNull(written.Etag);
        Guid first = await grain.Activation();
        await grain.Forget();
        Assert.Equal(written, await grain.Look());
        Assert.NotEqual(first, await grain.Activation());
    }

    [Fact]
    public async Task What_is_not_written_is_gone_with_the_activation()
    {
        IAccountGrain grain = silo.New<IAccountGrain>();
        await grain.Deposit(5);
        await grain.DepositUnwritten(100);
        Assert.Equal(105, (await grain.Look()).Balance);
        Assert.Equal(5, (await grain.Reread()).Balance);
        await grain.DepositUnwritten(100);
        await grain.Forget();
        Assert.Equal(5, (await grain.Look()).Balance);
    }

    [Fact]
    public async Task Every_write_has_another_etag()
    {
        IAccountGrain grain = silo.New<IAccountGrain>();
        Assert.NotEqual((await grain.Deposit(1)).Etag, (await grain.Deposit(1)).Etag);
    }

    [Fact]
    public async Task A_cleared_state_is_as_new()
    {
        IAccountGrain grain = silo.New<IAccountGrain>();
        await grain.Deposit(5);
        Snapshot cleared = await grain.Clear();
        Assert.Equal((0, false), (cleared.Balance, cleared.Exists));
        Assert.Equal(3, (await grain.Deposit(3)).Balance);
    }

    [Fact]
    public async Task A_storage_of_our_own_is_used_by_its_name()
    {
        ShelfStorage shelf = new();
        await using TestSilo own = await WithShelf(shelf);
        ILedgerGrain grain = own.New<ILedgerGrain>();
        Assert.Equal(new Snapshot(5, true, "1"), await grain.Deposit(5));
        Assert.Equal([$"ledger|ledger/{grain.GetPrimaryKeyString()}"], shelf.Keys);
        Assert.Same(shelf, own.Services.GetRequiredKeyedService<IGrainStorage>("shelf"));
    }

    [Fact]
    public async Task A_stale_activation_is_told_and_makes_room_for_a_new_one()
    {
        ShelfStorage shelf = new();
        await using TestSilo own = await WithShelf(shelf);
        ILedgerGrain grain = own.New<ILedgerGrain>();
        await grain.Deposit(5);
        Guid first = await grain.Activation();
        shelf.WriteBehind(shelf.Keys.Single());
        InconsistentStateException error = await Assert.ThrowsAsync<InconsistentStateException>(() => grain.Deposit(1));
        Assert.Equal(("2", "1"), (error.StoredEtag, error.CurrentEtag));
        Assert.Equal(new Snapshot(6, true, "3"), await grain.Deposit(1));
        Assert.NotEqual(first, await grain.Activation());
    }

    private static Task<TestSilo> WithShelf(ShelfStorage shelf) =>
        TestSilo.StartAsync(builder => builder.Services.AddGrainStorage("shelf", (_, _) => shelf));
}
