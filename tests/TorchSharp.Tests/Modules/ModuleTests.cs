using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace TorchSharp.Tests.Modules;

public class ModuleTests
{
    private sealed class Layer : Module<Tensor, Tensor>
    {
        private readonly Parameter weight;

        [ComponentName(Name = "scale_shift_table")]
        private readonly Parameter _table;

        private readonly Tensor running;

        public Layer(float value) : base(nameof(Layer))
        {
            weight = new Parameter(full([2, 2], value), requires_grad: false);
            _table = new Parameter(ones(2), requires_grad: false);
            running = zeros(1, dtype: ScalarType.Int64);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using DisposeScope scope = NewDisposeScope();
            return (functional.linear(input, weight) + _table + running).MoveToOuterDisposeScope();
        }
    }

    private sealed class Network : Module<Tensor, Tensor>
    {
        private readonly ModuleList<Layer> blocks;

        private readonly Layer last;

        public Network() : base(nameof(Network))
        {
            blocks = ModuleList(new Layer(1), new Layer(2));
            last = new Layer(3);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => last.call(blocks.Aggregate(input, (x, block) => block.call(x)));
    }

    private static readonly string[] s_keys =
    [
        "blocks.0.weight", "blocks.0.scale_shift_table", "blocks.1.weight", "blocks.1.scale_shift_table",
        "last.weight", "last.scale_shift_table",
    ];

    [Fact]
    public void Fields_become_checkpoint_keys()
    {
        using Network network = new();

        Assert.Equal(s_keys, network.named_parameters().Select(entry => entry.name));
        Assert.Equal(["blocks.0.running", "blocks.1.running", "last.running"], network.named_buffers().Select(entry => entry.name));
        Assert.Equal(9, network.state_dict().Count);
        Assert.Equal(18, network.parameters().Sum(parameter => parameter.numel()));
        Assert.Equal(["blocks", "last", "blocks.0", "blocks.1"], network.named_modules().Select(entry => entry.name));
        Assert.True(network.has_parameter("blocks.1.weight"));
        Assert.Null(network.get_parameter("blocks.2.weight"));
    }

    [Fact]
    public void A_forward_leaves_one_tensor()
    {
        using Network network = new();
        using Tensor input = ones(1, 2);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (NewDisposeScope())
        {
            Tensor output = network.call(input);
            Assert.Equal([79f, 79f], output.Floats()); // 1 -> 3 -> 13 -> 79
        }
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void A_state_is_copied_in_and_must_fit()
    {
        using DisposeScope scope = NewDisposeScope();
        using Network network = new();
        Dictionary<string, Tensor> state = network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value + 1);

        network.load_state_dict(state);
        Assert.Equal([4f, 4f, 4f, 4f], network.get_parameter("last.weight")!.Floats());

        state.Remove("last.weight");
        state.Add("odd", ones(1));
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => network.load_state_dict(state));
        Assert.Contains("last.weight", error.Message, StringComparison.Ordinal);
        (IList<string> missing, IList<string> unexpected) = network.load_state_dict(state, strict: false);
        Assert.Equal(["last.weight"], missing);
        Assert.Equal(["odd"], unexpected);
        network.load_state_dict(state, skip: ["last.weight", "odd"]);
    }

    [Fact]
    public void Moving_changes_floats_in_the_fields_too()
    {
        using DisposeScope scope = NewDisposeScope();
        using Network network = new();

        Assert.Same(network, network.to(ScalarType.Float64));

        Assert.All(network.parameters(), parameter => Assert.Equal(ScalarType.Float64, parameter.dtype));
        Assert.All(network.buffers(), buffer => Assert.Equal(ScalarType.Int64, buffer.dtype));
        Assert.Equal(79.0, network.call(ones(1, 2, dtype: ScalarType.Float64))[0, 0].item<double>());
        Assert.Throws<ArgumentException>(() => network.to(ScalarType.Int64));
    }

    [Fact]
    public void A_parameter_takes_the_place_of_its_tensor()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor data = ones(2);

        Parameter parameter = new(data);

        Assert.True(data.IsInvalid);
        Assert.True(parameter.requires_grad);
        Assert.Equal([parameter], scope.DisposablesView);
    }

    [Fact]
    public void Disposing_a_module_disposes_all_of_it()
    {
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        new Network().Dispose();

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Training_is_told_to_all()
    {
        using Network network = new();
        Assert.True(network.training);

        network.eval();

        Assert.All(network.modules(), module => Assert.False(module.training));
    }

    [Fact]
    public void Names_cannot_be_taken_twice_or_have_dots()
    {
        using Network network = new();
        using Layer layer = new(1);

        Assert.Throws<InvalidOperationException>(() => network.register_module("last", layer));
        Assert.Throws<ArgumentException>(() => network.register_module("a.b", layer));
        Assert.Throws<InvalidOperationException>(() => layer.register_parameter("weight", new Parameter(ones(1))));
    }
}
