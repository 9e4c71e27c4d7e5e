using OpenSora.Contracts;
using OpenSora.Inference.Weights;
using OpenSora.Inference.Weights.Safetensors;
using OpenSora.TestKit;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Weights;

public sealed class CheckpointParametersTests : IDisposable
{
    private static readonly Precision Rounded = new(ScalarType.BFloat16, ScalarType.Float32);
    private readonly TemporaryFolder _folder = new();
    private readonly List<Checkpoint> _open = [];

    public void Dispose()
    {
        _open.ForEach(checkpoint => checkpoint.Dispose());
        _folder.Dispose();
    }

    [Fact]
    public void Parameters_are_rounded_to_the_model_type_and_held_in_the_compute_type()
    {
        CheckpointParameters parameters = new(Numbers("x", ("w", [1.00390625f, -3.14159274f])), CPU, Rounded);

        using Parameter w = parameters.Get("w", 2);
        parameters.Finish(tell: null);

        Assert.Equal([1f, -3.140625f], w.data<float>().ToArray()); // ties go to even; 8 bits of mantissa
        Assert.False(w.requires_grad);
    }

    [Fact]
    public unsafe void What_needs_no_conversion_is_not_copied()
    {
        Checkpoint checkpoint = Numbers("x", ("w", [1, 2, 3, 4]));
        using Tensor mapped = checkpoint.Load("w");
        using Parameter same = new CheckpointParameters(checkpoint, CPU, Precision.Float32).Get("w", 4);
        using Parameter rounded = new CheckpointParameters(checkpoint, CPU, Rounded).Get("w", 4);

        fixed (byte* expected = mapped.bytes, actual = same.bytes, other = rounded.bytes)
        {
            Assert.True(expected == actual);
            Assert.False(expected == other);
        }
    }

    [Fact]
    public void The_first_layer_that_has_a_key_gives_it()
    {
        Checkpoint video = Numbers("video", ("spatial.w", [1]), ("temporal.w", [2])), image = Numbers("image", ("w", [3]), ("b", [4]));
        CheckpointParameters parameters = new([new(video), CheckpointLayer.Below("spatial.", image)], CPU, Precision.Float32);
        ParameterSource spatial = parameters["spatial"];

        Assert.Equal(1f, Value(spatial, "w"));
        Assert.Equal(4f, Value(spatial, "b"));
        Assert.Equal(2f, Value(parameters["temporal"], "w"));
        Assert.True(spatial.Has("b"));
        Assert.False(parameters.Has("b"));
        parameters.Finish(tell: null);
    }

    [Fact]
    public void Old_key_names_are_renamed_and_may_not_meet_the_new_ones()
    {
        static string Rename(string key) => key.Replace("query", "to_q", StringComparison.Ordinal);
        CheckpointParameters parameters = new([new(Numbers("old", ("query.weight", [5])), Rename)], CPU, Precision.Float32);
        Assert.Equal(5f, Value(parameters, "to_q.weight"));
        parameters.Finish(tell: null);

        CheckpointLayer both = new(Numbers("both", ("query.weight", [5]), ("to_q.weight", [6])), Rename);
        InputException refusal = Assert.Throws<InputException>(() => new CheckpointParameters([both], CPU, Precision.Float32));
        Assert.Contains("to_q.weight under two names, query.weight and to_q.weight", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_that_does_not_fit_is_listed_at_once()
    {
        CheckpointParameters parameters = new(Numbers("x", ("a", [1, 2]), ("extra.1", [1]), ("extra.2", [1]), ("old.1", [1])), CPU, Precision.Float32);
        using Parameter misshapen = parameters.Get("a", 1, 2), missing = parameters["m"].Get("w", 1L << 40, 3);

        InputException refusal = Assert.Throws<InputException>(() => parameters.Finish(tell: null, "old.*"));

        Assert.Equal(
            $"{_folder["x.safetensors"]} does not fit the network: 1 missing: m.w; "
                + "1 of another shape: a is [2] where [1, 2] is needed; 2 unexpected: extra.1, extra.2. Remedy: give weights and a config.json of the same model",
            refusal.Message);
        Assert.Equal([1L << 40, 3], missing.shape);
    }

    [Fact]
    public void What_the_network_does_not_have_is_passed_over_and_told()
    {
        CheckpointParameters parameters = new(Numbers("x", ("a", [1]), ("ema.a", [1]), ("optimizer.a", [1]), ("old.1", [1])), CPU, Precision.Float32);
        parameters.Get("a", 1).Dispose();
        List<string> told = [];

        parameters.Finish(told.Add, "old.*");

        Assert.Equal($"{_folder["x.safetensors"]}: 2 tensors that the network does not have are passed over: ema.a, optimizer.a", Assert.Single(told));
    }

    [Fact]
    public void Nothing_is_told_of_what_fits()
    {
        CheckpointParameters parameters = new(Numbers("x", ("a", [1]), ("old.1", [1])), CPU, Precision.Float32);
        parameters.Get("a", 1).Dispose();
        parameters.Finish(line => Assert.Fail(line), "old.*");
    }

    [Fact]
    public void Long_lists_are_cut_and_counted()
    {
        CheckpointParameters parameters = new(Numbers("x", ("a", [1])), CPU, Precision.Float32);
        for (int i = 0; i < 25; i++)
            parameters.Get($"k{i}", 1).Dispose();

        InputException refusal = Assert.Throws<InputException>(() => parameters.Finish(tell: null, "a"));

        Assert.Contains("25 missing: k0, k1, ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(", k19, … and 5 more.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_linear_layer_stored_as_a_1x1_convolution_is_accepted()
    {
        SafetensorsWriter.Write(_folder["x.safetensors"], [Samples.Tensor("w", ScalarType.Float32, [2, 3, 1, 1])]);
        CheckpointParameters parameters = new(Open("x"), CPU, Precision.Float32);

        using Parameter w = parameters.Get("w", 2, 3);
        parameters.Finish(tell: null);

        Assert.Equal([2, 3], w.shape);
    }

    [Fact]
    public void Parameters_outlive_the_scope_they_were_made_in_and_leave_nothing_behind()
    {
        Checkpoint checkpoint = Numbers("x", ("a", [1, 2]), ("b", [3]));
        CheckpointParameters parameters = new(checkpoint, CPU, Rounded);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Parameter a, missing;

        using (NewDisposeScope())
            (a, missing) = (parameters.Get("a", 2), parameters.Get("c", 2));

        Assert.Equal(2f, a[1].ToSingle());
        Assert.Equal(before + 2 + 1, DisposeScopeManager.Statistics.ThreadTotalLiveCount); // a, c and a[1]
        a.Dispose();
        missing.Dispose();
    }

    private Checkpoint Numbers(string name, params (string Key, float[] Values)[] tensors)
    {
        SafetensorsWriter.Write(_folder[$"{name}.safetensors"], [.. tensors.Select(tensor => new OutgoingTensor(
            new WeightEntry(tensor.Key, ScalarType.Float32, [tensor.Values.Length]),
            stream => stream.Write([.. tensor.Values.SelectMany(BitConverter.GetBytes)])))]);
        return Open(name);
    }

    private Checkpoint Open(string name)
    {
        _open.Add(Checkpoint.Open(_folder.Path, name));
        return _open[^1];
    }

    private static float Value(ParameterSource source, string key)
    {
        using Parameter parameter = source.Get(key, 1);
        return parameter.ToSingle();
    }
}
