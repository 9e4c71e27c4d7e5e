namespace Orleans.Tests.Storage;

[GenerateSerializer]
internal sealed class Account
{
    [Id(0)]
    public int Balance { get; set; }

    [Id(1)]
    public List<string> Lines { get; set; } = [];
}

[GenerateSerializer]
internal sealed record Snapshot([property: Id(0)] int Balance, [property: Id(1)] bool Exists, [property: Id(2)] string? Etag);

internal interface IAccountGrain : IGrainWithStringKey
{
    Task<Snapshot> Look();

    Task<Snapshot> Deposit(int amount);

    /// <summary>Changes the state and does not write it.</summary>
    Task DepositUnwritten(int amount);

    Task<Snapshot> Reread();

    Task<Snapshot> Clear();

    Task Forget();

    Task<Guid> Activation();
}

internal sealed class AccountGrain([PersistentState("account", "store")] IPersistentState<Account> account) : Grain, IAccountGrain
{
    private readonly Guid activation = Guid.NewGuid();

    public Task<Snapshot> Look() => Task.FromResult(new Snapshot(account.State.Balance, account.RecordExists, account.Etag));

    public async Task<Snapshot> Deposit(int amount)
    {
        account.State.Balance += amount;
        account.State.Lines.Add($"deposit {amount}");
        await account.WriteStateAsync();
        return await Look();
    }

    public Task DepositUnwritten(int amount)
    {
        account.State.Balance += amount;
        return Task.CompletedTask;
    }

    public async Task<Snapshot> Reread()
    {
        await account.ReadStateAsync();
        return await Look();
    }

    public async Task<Snapshot> Clear()
    {
        await account.ClearStateAsync();
        return await Look();
    }

    public Task Forget()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public Task<Guid> Activation() => Task.FromResult(activation);
}

internal interface ILedgerGrain : IGrainWithStringKey
{
    Task<Snapshot> Deposit(int amount);

    Task<Guid> Activation();
}

/// <summary>Its state lies in the test's own storage.</summary>
internal sealed class LedgerGrain([PersistentState("ledger", "shelf")] IPersistentState<Account> ledger) : Grain, ILedgerGrain
{
    private readonly Guid activation = Guid.NewGuid();

    public async Task<Snapshot> Deposit(int amount)
    {
        ledger.State.Balance += amount;
        await ledger.WriteStateAsync();
        return new Snapshot(ledger.State.Balance, ledger.RecordExists, ledger.Etag);
    }

    public Task<Guid> Activation() => Task.FromResult(activation);
}
