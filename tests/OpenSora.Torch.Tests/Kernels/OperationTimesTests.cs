namespace OpenSora.Torch.Tests.Kernels;

public class OperationTimesTests
{
    [Fact]
    public void Kernels_are_counted_while_asked_for()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = ones(4, 4);
        IReadOnlyList<OperationTime> times = OperationTimes.Of(() =>
        {
            for (int i = 0; i < 3; i++)
                FusedKernels.Gelu(x.mm(x), null);
        });
        Assert.Equal(3, times.Single(time => time.Name == "fused::gelu").Calls);
        Assert.All(times, time => Assert.True(time.Seconds >= 0));
        Assert.Empty(OperationTimes.Of(() => { }));
    }

    [Fact]
    public void A_failure_ends_the_recording()
    {
        Assert.Throws<InvalidOperationException>(() => OperationTimes.Of(() => throw new InvalidOperationException()));
        Assert.Empty(OperationTimes.Of(() => { }));
    }
}
