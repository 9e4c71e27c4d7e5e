using Orleans.Serialization;

namespace Orleans.Tests.Messages;

[Collection(nameof(SharedSilo))]
public sealed class StrangerTests(TestSilo silo)
{
    [Fact]
    public async Task An_argument_without_a_serializer_is_refused_by_name()
    {
        CodecNotFoundException error = await Assert.ThrowsAsync<CodecNotFoundException>(async () => await silo.New<IMessageGrain>().Take(new Stranger()));
        Assert.Contains(nameof(Stranger), error.Message);
    }

    [Fact]
    public async Task A_result_without_a_serializer_is_refused_by_name()
    {
        CodecNotFoundException error = await Assert.ThrowsAsync<CodecNotFoundException>(async () => await silo.New<IMessageGrain>().Give());
        Assert.Contains(nameof(Stranger), error.Message);
    }

    [Fact]
    public async Task References_to_grains_travel()
    {
        IMessageGrain one = silo.New<IMessageGrain>(), other = silo.New<IMessageGrain>();
        Assert.Equal(other.GetPrimaryKeyString(), await one.KeyOf(other));
        IMessageGrain self = await one.Self();
        Assert.Equal(one, self);
        Assert.Equal(one.GetHashCode(), self.GetHashCode());
        Assert.NotEqual(one, other);
        Assert.Equal($"message/{one.GetPrimaryKeyString()}", one.GetGrainId().ToString());
    }

    [Fact]
    public async Task The_request_context_flows_to_the_callee_and_not_back()
    {
        RequestContext.Set("tenant", "a");
        Assert.Equal("a", await silo.New<IMessageGrain>().ContextValue("tenant"));
        Assert.Equal("a", RequestContext.Get("tenant"));
        RequestContext.Clear();
        Assert.Null(await silo.New<IMessageGrain>().ContextValue("tenant"));
    }

    [Fact]
    public async Task What_flows_with_the_callers_thread_stays_behind()
    {
        MessageGrain.Hidden.Value = "the caller's";
        Assert.Null(await silo.New<IMessageGrain>().ContextValue("none"));
    }
}
