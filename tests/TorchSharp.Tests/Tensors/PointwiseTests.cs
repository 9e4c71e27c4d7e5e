using static TorchSharp.Tests.Values;

namespace TorchSharp.Tests.Tensors;

public class PointwiseTests
{
    public static TheoryData<string, Func<Tensor, Tensor>, Func<double, double>> Functions => new()
    {
        { "exp", x => x.exp(), Math.Exp },
        { "log", x => x.log(), Math.Log },
        { "sin", x => x.sin(), Math.Sin },
        { "cos", x => x.cos(), Math.Cos },
        { "tanh", x => x.tanh(), Math.Tanh },
        { "sqrt", x => x.sqrt(), Math.Sqrt },
        { "rsqrt", x => x.rsqrt(), v => 1 / Math.Sqrt(v) },
        { "sigmoid", x => x.sigmoid(), v => 1 / (1 + Math.Exp(-v)) },
        { "silu", x => nn.functional.silu(x), v => v / (1 + Math.Exp(-v)) },
        { "gelu tanh", x => nn.functional.gelu(x, TorchSharp.Modules.GELU.Approximate.tanh),
            v => 0.5 * v * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (v + 0.044715 * v * v * v))) },
        { "reciprocal", x => x.reciprocal(), v => 1 / v },
    };

    [Theory]
    [MemberData(nameof(Functions))]
    public void Functions_of_torch_are_those_of_mathematics(string name, Func<Tensor, Tensor> function, Func<double, double> exact)
    {
        using DisposeScope scope = NewDisposeScope();
        float[] inputs = [0.1f, 0.5f, 1f, 2f, 3f];

        Close([.. inputs.Select(v => (float)exact(v))], function(tensor(inputs)), tolerance: 3e-6);
        Assert.NotEmpty(name);
    }

    [Fact]
    public void Exact_gelu_differs_from_its_tanh_form()
    {
        using DisposeScope scope = NewDisposeScope();

        Close([0.8413447f, -0.15865526f], nn.functional.gelu(tensor(new[] { 1f, -1f })));
        Close([0.841192f], nn.functional.gelu(tensor(new[] { 1f }), TorchSharp.Modules.GELU.Approximate.tanh));
    }

    [Fact]
    public void Clamp_takes_one_bound_or_both()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[] { -2f, 0f, 2f });

        Assert.Equal([-1f, 0f, 1f], x.clamp(-1, 1).Floats());
        Assert.Equal([0f, 0f, 2f], x.clamp(min: (Scalar)0).Floats());
        Assert.Equal([-2f, 0f, 1f], x.clamp_max(1).Floats());
        Assert.Equal([-1f, 0f, 0.5f], x.clamp(tensor(new[] { -1f, -1f, -1f }), tensor(new[] { 0f, 1f, 0.5f })).Floats());
        Assert.Equal([0f, 0f, 1f], x.clamp_(0, 1).Floats());
    }

    [Fact]
    public void Softmax_sums_to_one_in_the_type_that_is_asked_for()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[] { 0f, MathF.Log(3f) });

        Close([0.25f, 0.75f], x.softmax(-1));
        Assert.Equal(ScalarType.Float64, softmax(x, 0, ScalarType.Float64).dtype);
    }
}
