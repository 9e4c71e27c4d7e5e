using System.Collections.Immutable;

namespace Orleans.Tests.Messages;

[Collection(nameof(SharedSilo))]
public sealed class CopyTests(TestSilo silo)
{
    [Fact]
    public async Task What_the_caller_changes_later_does_not_reach_the_grain()
    {
        IMessageGrain grain = silo.New<IMessageGrain>();
        Order order = new() { Name = "a", Sizes = { 1 }, Tables = { ["t"] = [1, 2] } };
        await grain.Keep(order);
        order.Name = "b";
        order.Sizes.Add(2);
        order.Tables["t"][0] = 9;
        Order kept = await grain.Kept();
        Assert.Equal(("a", 1, 1), (kept.Name, kept.Sizes.Count, kept.Tables["t"][0]));
    }

    [Fact]
    public async Task What_a_caller_does_to_a_result_does_not_reach_the_grain()
    {
        IMessageGrain grain = silo.New<IMessageGrain>();
        await grain.Keep(new Order { Name = "a" });
        (await grain.Kept()).Sizes.Add(1);
        Assert.Empty((await grain.Kept()).Sizes);
    }

    [Fact]
    public async Task A_member_without_an_id_stays_behind()
    {
        Order echo = await silo.New<IMessageGrain>().Echo(new Order { Name = "a", Forgotten = "mine" }.With(secret: 7));
        Assert.Equal(("a", "initial", 7), (echo.Name, echo.Forgotten, echo.Secret()));
    }

    [Fact]
    public async Task Parameters_of_a_records_constructor_travel_without_ids()
    {
        Progress progress = new("job", 3, [0.5]) { At = DateTimeOffset.UnixEpoch };
        Progress echo = await silo.New<IMessageGrain>().Echo(progress);
        Assert.Equal(("job", 3, DateTimeOffset.UnixEpoch), (echo.Job, echo.Step, echo.At));
        Assert.Equal([0.5], echo.Losses);
        Assert.NotSame(progress.Losses, echo.Losses);
    }

    [Fact]
    public async Task Members_of_base_classes_travel_and_the_class_itself_is_kept()
    {
        Shape echo = await silo.New<IMessageGrain>().Echo(new Named { Name = "n", Sides = { new Size(1, 2) } });
        Named named = Assert.IsType<Named>(echo);
        Assert.Equal("n", named.Name);
        Assert.Equal([new Size(1, 2)], named.Sides);
    }

    [Fact]
    public async Task Values_travel()
    {
        (Size, Size?, Guid, TimeSpan, Uri) values = (new Size(1, 2), null, Guid.NewGuid(), TimeSpan.FromSeconds(1), new Uri("http://a/b"));
        Assert.Equal(values, await silo.New<IMessageGrain>().EchoValues(values.Item1, values.Item2, values.Item3, values.Item4, values.Item5));
    }

    [Fact]
    public async Task Collections_travel()
    {
        IMessageGrain grain = silo.New<IMessageGrain>();
        Order order = new() { Name = "a" };
        IReadOnlyDictionary<string, Order> echo = await grain.EchoMany([.. Enumerable.Repeat(order, 1).ToList()]);
        Assert.NotSame(order, echo["a"]);
        ImmutableArray<Size> sizes = [new Size(1, 2), new Size(3, 4)];
        Assert.Equal(sizes.AsEnumerable(), await grain.EchoImmutable(sizes));
        Assert.Equal([1, 2, 3], (await grain.EchoBytes(new byte[] { 1, 2, 3 })).ToArray());
    }

    [Fact]
    public async Task Circles_travel()
    {
        Order order = new() { Name = "a" };
        order.Parent = order;
        Order echo = await silo.New<IMessageGrain>().Echo(order);
        Assert.NotSame(order, echo);
        Assert.Same(echo, echo.Parent);
    }

    [Fact]
    public async Task One_object_in_two_arguments_is_still_one()
    {
        IMessageGrain grain = silo.New<IMessageGrain>();
        Order order = new() { Name = "a" };
        Assert.True(await grain.AreSame(order, order));
        Assert.False(await grain.AreSame(order, new Order { Name = "a" }));
    }

    [Fact]
    public async Task Immutable_objects_are_not_copied()
    {
        IMessageGrain grain = silo.New<IMessageGrain>();
        Frozen frozen = new() { Bytes = [1] };
        Assert.Same(frozen, await grain.Echo(frozen));
        Assert.True(await grain.IsSame(MessageGrain.Known)); // [Immutable] on the parameter
    }
}
