namespace TorchSharp.Tests.Torch;

public class CreationTests
{
    [Fact]
    public void Filled_and_counted()
    {
        using DisposeScope scope = NewDisposeScope();

        Assert.Equal([0f, 0f, 0f, 0f], zeros(2, 2).Floats());
        Assert.Equal([1L, 1L], ones(2, dtype: ScalarType.Int64).Longs());
        Assert.Equal([2.5f, 2.5f], full([2], 2.5).Floats());
        Assert.Equal(ScalarType.Int64, full([2], 2).dtype);
        Assert.Equal([0L, 1L, 2L], arange(3).Longs());
        Assert.Equal([1f, 1.5f, 2f], arange(1f, 2.5f, 0.5f).Floats());
        Assert.Equal([0f, 0.5f, 1f], linspace(0, 1, 3).Floats());
        Assert.Equal([2L, 3L], empty(2, 3, dtype: ScalarType.Float16).shape);
        Assert.Equal(ScalarType.Float16, zeros_like(empty(2, dtype: ScalarType.Float16)).dtype);
        Assert.Equal(0L, zeros(0).numel());
    }

    [Fact]
    public void From_arrays_of_every_rank()
    {
        using DisposeScope scope = NewDisposeScope();

        Assert.Equal([2L, 2L], tensor(new[,] { { 1f, 2f }, { 3f, 4f } }).shape);
        Assert.Equal([1f, 2f, 3f, 4f], tensor(new[] { 1f, 2f, 3f, 4f }, [2, 2]).Floats());
        Assert.Equal([1L, 2L, 3L], tensor(new List<long> { 1, 2, 3 }).Longs());
        Assert.Equal(ScalarType.BFloat16, tensor(new[] { 1f }, dtype: ScalarType.BFloat16).dtype);
        Assert.Equal([1, 2, 3, 4], from_array(new byte[,] { { 1, 2 }, { 3, 4 } }).data<byte>().ToArray());
        Assert.Throws<ArgumentException>(() => tensor(new[] { 1f, 2f }, [3]));
        Assert.Empty(tensor(5f).shape);
    }

    [Fact]
    public void A_buffer_is_shared()
    {
        using DisposeScope scope = NewDisposeScope();
        float[] numbers = [1, 2, 3];
        Tensor x = frombuffer(numbers, ScalarType.Float32, count: 2, offset: 4);

        numbers[1] = 9;
        x[1] = tensor(7f);

        Assert.Equal([9f, 7f], x.Floats());
        Assert.Equal([1f, 9f, 7f], numbers);
        Assert.Throws<ArgumentException>(() => frombuffer(numbers, ScalarType.Float32, count: 3, offset: 4));
    }

    [Fact]
    public void Joined()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor a = tensor(new[] { 1f, 2f }), b = tensor(new[] { 3f, 4f });

        Assert.Equal([1f, 2f, 3f, 4f], cat([a, b]).Floats());
        Assert.Equal([1f, 3f, 2f, 4f], stack([a, b], dim: 1).Floats());
        Assert.Equal([1f, 1f, 2f, 2f], meshgrid([a, b])[0].Floats());
        Assert.Equal([1f, 2f, 1f, 2f], meshgrid([a, b], indexing: "xy")[0].Floats());
        Assert.Equal([2L, 2L], broadcast_tensors(a.unsqueeze(1), b)[0].shape);
    }

    [Fact]
    public void Devices_have_torchs_names()
    {
        Assert.Equal("cpu", ones(1).device.ToString());
        Assert.Equal((DeviceType.CUDA, 1), (new Device("cuda:1").type, new Device("cuda:1").index));
        Assert.Equal("privateuseone:1", new Device(DeviceType.PRIVATEUSEONE, 1).ToString());
        Assert.Throws<ArgumentException>(() => new Device("tpu"));
    }
}
