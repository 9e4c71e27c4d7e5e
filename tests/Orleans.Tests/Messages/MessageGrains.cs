using System.Collections.Immutable;

namespace Orleans.Tests.Messages;

internal interface IMessageGrain : IGrainWithStringKey
{
    Task Keep(Order order);

    Task<Order> Kept();

    Task<Order> Echo(Order order);

    Task<Progress> Echo(Progress progress);

    Task<Shape> Echo(Shape shape);

    Task<Frozen> Echo(Frozen frozen);

    Task<(Size, Size?, Guid, TimeSpan, Uri)> EchoValues(Size size, Size? none, Guid guid, TimeSpan span, Uri uri);

    Task<IReadOnlyDictionary<string, Order>> EchoMany(IReadOnlyList<Order> orders);

    Task<ImmutableArray<Size>> EchoImmutable(ImmutableArray<Size> sizes);

    Task<ReadOnlyMemory<byte>> EchoBytes(ReadOnlyMemory<byte> bytes);

    Task<bool> AreSame(Order one, Order other);

    Task<bool> IsSame([Immutable] Order order);

    Task Take(object anything);

    Task<object> Give();

    Task<string?> KeyOf(IMessageGrain grain);

    Task<IMessageGrain> Self();

    Task<string?> ContextValue(string name);
}

internal sealed class MessageGrain : Grain, IMessageGrain
{
    /// <summary>The very object that a test passed, to tell a copy from it.</summary>
    public static readonly AsyncLocal<object?> Hidden = new();

    public static Order Known { get; } = new() { Name = "known" };

    private Order kept = new();

    public Task Keep(Order order)
    {
        kept = order;
        return Task.CompletedTask;
    }

    public Task<Order> Kept() => Task.FromResult(kept);

    public Task<Order> Echo(Order order) => Task.FromResult(order);

    public Task<Progress> Echo(Progress progress) => Task.FromResult(progress);

    public Task<Shape> Echo(Shape shape) => Task.FromResult(shape);

    public Task<Frozen> Echo(Frozen frozen) => Task.FromResult(frozen);

    public Task<(Size, Size?, Guid, TimeSpan, Uri)> EchoValues(Size size, Size? none, Guid guid, TimeSpan span, Uri uri) =>
        Task.FromResult((size, none, guid, span, uri));

    public Task<IReadOnlyDictionary<string, Order>> EchoMany(IReadOnlyList<Order> orders) =>
        Task.FromResult<IReadOnlyDictionary<string, Order>>(orders.ToDictionary(order => order.Name));

    public Task<ImmutableArray<Size>> EchoImmutable(ImmutableArray<Size> sizes) => Task.FromResult(sizes);

    public Task<ReadOnlyMemory<byte>> EchoBytes(ReadOnlyMemory<byte> bytes) => Task.FromResult(bytes);

    public Task<bool> AreSame(Order one, Order other) => Task.FromResult(ReferenceEquals(one, other));

    public Task<bool> IsSame(Order order) => Task.FromResult(ReferenceEquals(order, Known));

    public Task Take(object anything) => Task.CompletedTask;

    public Task<object> Give() => Task.FromResult<object>(new Stranger());

    public Task<string?> KeyOf(IMessageGrain grain) => Task.FromResult<string?>(grain.GetPrimaryKeyString());

    public Task<IMessageGrain> Self() => Task.FromResult(this.AsReference<IMessageGrain>());

    public Task<string?> ContextValue(string name)
    {
        string? value = RequestContext.Get(name) as string ?? Hidden.Value as string;
        RequestContext.Set(name, "changed by the callee");
        return Task.FromResult(value);
    }
}
