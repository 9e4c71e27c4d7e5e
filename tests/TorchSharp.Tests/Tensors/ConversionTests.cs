using System.Runtime.InteropServices;

namespace TorchSharp.Tests.Tensors;

public class ConversionTests
{
    [Fact]
    public void Floats_are_cut_towards_zero_to_integers_and_rounded_to_nearest_among_floats()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[] { 1.9f, 200.7f, 3.14159f });

        Assert.Equal([1, 200, 3], x.to(ScalarType.Byte).data<byte>().ToArray());
        Assert.Equal([3.140625f], x.to(ScalarType.BFloat16).to(ScalarType.Float32)[2..].Floats());
        Assert.Equal((Half)3.14159f, x.to(ScalarType.Float16)[2].item<Half>());
        Assert.Equal(new BFloat16(3.14159f), x.bfloat16()[2].item<BFloat16>());
        Assert.Equal([true, false], tensor(new[] { 2f, 0f }).to(ScalarType.Bool).Bools());
    }

    [Fact]
    public void Numbers_of_one_element_tensors()
    {
        using DisposeScope scope = NewDisposeScope();

        Assert.Equal(2.5, tensor(2.5f).ToDouble());
        Assert.Equal(7L, tensor(7).ToInt64());
        Assert.Equal(7, (int)tensor(7L));
        Assert.True(tensor(true).ToBoolean());
        Assert.Equal(2.5f, tensor(new[] { 2.5f }).item<float>());
        Assert.Throws<ArgumentException>(() => tensor(2.5f).item<double>());
        Assert.Throws<ArgumentException>(() => ones(2).item<float>());
        Assert.Throws<ExternalException>(() => ones(2).ToSingle());
    }

    [Fact]
    public void Data_is_read_and_written_in_the_order_of_the_shape()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = zeros(2, 2).t();

        x.data<float>().CopyFrom([1, 2, 3, 4]);
        x.data<float>()[1, 1] = 9;

        Assert.Equal([1f, 2f, 3f, 9f], x.Floats());
        Assert.Equal([1f, 3f, 2f, 9f], x.t().Floats());
        Assert.Equal([1f, 2f, 3f, 9f], x.data<float>().AsEnumerable());
        Assert.Throws<IndexOutOfRangeException>(() => x.data<float>()[4]);
        Assert.Throws<ArgumentException>(() => x.data<double>());
    }

    [Fact]
    public void Bytes_are_the_tensors_own()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = zeros(2, dtype: ScalarType.Int16);

        x.bytes[0] = 5;
        MemoryMarshal.Cast<byte, short>(x.bytes)[1] = 300;

        Assert.Equal([5, 300], x.data<short>().ToArray());
    }

    [Fact]
    public void A_conversion_to_the_same_type_shares_unless_a_copy_is_asked_for()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = zeros(2), same = x.to(ScalarType.Float32), copy = x.to(ScalarType.Float32, copy: true);

        x.fill_(1);

        Assert.Equal([1f, 1f], same.Floats());
        Assert.Equal([0f, 0f], copy.Floats());
    }

    [Fact]
    public void Copy_converts_and_broadcasts_and_set_shares()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = zeros(2, 2), y = ones(3);

        Assert.Equal([1f, 2f, 1f, 2f], x.copy_(tensor(new[] { 1L, 2L })).Floats());
        x.set_(y);
        y.fill_(4);
        Assert.Equal([4f, 4f, 4f], x.Floats());
    }
}
