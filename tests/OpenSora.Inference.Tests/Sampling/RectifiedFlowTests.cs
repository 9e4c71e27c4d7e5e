using OpenSora.Inference.Sampling;
using OpenSora.Inference.Sharding;
using OpenSora.Layout.Units;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Sampling;

/// <summary>The sampler with velocities that are known: towards given data in a straight line.</summary>
public sealed class RectifiedFlowTests : IDisposable
{
    private static readonly FlowSchedule Schedule = FlowSchedule.Create(10, 480, 854, 51, ScalarType.Float32, transform: false);

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _noise = Networks.Noise(1, 4, 3, 2);
    private readonly Tensor _data = Networks.Noise(2, 4, 3, 2);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void A_straight_flow_arrives_at_the_data()
    {
        Tensor result = Sample(new RectifiedFlow(Schedule, Straight), _noise);
        Assert.InRange(Networks.LargestDifference(_data, result), 0, 1e-6);
    }

    [Fact]
    public void Kept_frames_stay_as_they_are_and_are_reported_as_clean()
    {
        List<bool[]?> seen = [];
        RectifiedFlow flow = new(Schedule, (step, sample, z, t, denoised) =>
        {
            seen.Add(denoised);
            return Straight(step, sample, z, t, denoised);
        });
        Tensor result = Sample(flow, _noise, [0, 1, 0, 1]);
        foreach (int frame in new[] { 0, 2 })
            Assert.Equal(0, Networks.LargestDifference(_noise[frame], result[frame]));
        foreach (int frame in new[] { 1, 3 })
            Assert.InRange(Networks.LargestDifference(_data[frame], result[frame]), 0, 1e-6);
        Assert.Equal(10, seen.Count);
        Assert.All(seen, denoised => Assert.Equal([false, true, false, true], denoised!));
    }

    [Fact]
    public void A_frame_in_between_is_noised_to_its_level_and_joins()
    {
        List<Tensor> inputs = [];
        RectifiedFlow flow = new(Schedule, (_, _, z, _, _) =>
        {
            inputs.Add(z.Values.clone().DetachFromDisposeScope());
            return zeros_like(z.Values);
        });
        Sample(flow, _data, [1, 0.5f, 1, 1]);
        Assert.Equal(0, Networks.LargestDifference(_data[1], inputs[4][1])); // at 600
        Tensor noised = 0.5 * _data[1] + 0.5 * Fresh(5)[0][1];               // at 500
        Assert.InRange(Networks.LargestDifference(noised, inputs[5][1]), 0, 1e-6);
        Assert.Equal(0, Networks.LargestDifference(inputs[5][1], inputs[9][1]));
        inputs.ForEach(input => input.Dispose());
    }

    [Fact]
    public void When_every_frame_is_kept_nothing_is_predicted()
    {
        RectifiedFlow flow = new(Schedule, (_, _, _, _, _) => throw new InvalidOperationException("there is nothing to predict"));
        Assert.Equal(0, Networks.LargestDifference(_noise, Sample(flow, _noise, [0, 0, 0, 0])));
    }

    [Fact]
    public void Noise_is_drawn_in_every_step_used_or_not()
    {
        List<int> drawn = [];
        new RectifiedFlow(Schedule, Straight).Sample([Frames(_noise)], [new FrameEdits([1, 1, 1, 1])], step =>
        {
            drawn.Add(step);
            return Fresh(step);
        });
        Assert.Equal(Enumerable.Range(0, 10), drawn);
    }

    [Fact]
    public void A_rank_with_some_frames_gets_the_results_of_those_frames()
    {
        float[] ratios = [0, 1, 0.5f, 1];
        RectifiedFlow flow = new(Schedule, (_, _, z, t, _) => z.Values * (t / 1000));
        Tensor all = Sample(flow, _noise, ratios);
        Tokens own = flow.Sample(
            [Frames(_noise).Slice(new Run(1, 2))], [new FrameEdits(ratios)], step => [Fresh(step)[0].narrow(0, 1, 2)])[0];
        Assert.Equal(new Run(1, 2), own.Run);
        Assert.Equal(0, Networks.LargestDifference(all.narrow(0, 1, 2), own.Values));
    }

    [Fact]
    public void Every_step_is_reported()
    {
        List<(int, int)> steps = [];
        new RectifiedFlow(Schedule, Straight).Sample([Frames(_noise)], null, null, step => steps.Add((step.Done, step.Steps)));
        Assert.Equal(Enumerable.Range(1, 10).Select(done => (done, 10)), steps);
    }

    [Fact]
    public void Going_on_from_any_step_gives_the_same_bits()
    {
        float[] ratios = [0, 1, 0.5f, 0.9f];
        RectifiedFlow flow = new(Schedule, (_, _, z, t, _) => z.Values * (t / 1000));
        List<Tensor> states = [_noise];
        Tensor all = flow.Sample([Frames(_noise)], [new FrameEdits(ratios)], Fresh, step => states.Add(step.State[0].Values.clone().MoveToOtherDisposeScope(_scope)))[0].Values;
        for (int first = 0; first <= 10; first++)
        {
            List<int> drawn = [];
            Tensor rest = flow.Sample([Frames(states[first])], [new FrameEdits(ratios)], step =>
            {
                drawn.Add(step);
                return Fresh(step);
            }, firstStep: first)[0].Values;
            Assert.Equal(0, Networks.LargestDifference(all, rest));
            Assert.Equal(Enumerable.Range(first, 10 - first), drawn);
        }
    }

    [Fact]
    public void Cancelling_stops_before_the_next_step()
    {
        using CancellationTokenSource cancel = new();
        int predictions = 0;
        RectifiedFlow flow = new(Schedule, (step, sample, z, t, denoised) =>
        {
            predictions++;
            return Straight(step, sample, z, t, denoised);
        });
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Assert.Throws<OperationCanceledException>(() => flow.Sample([Frames(_noise)], null, null, step =>
        {
            if (step.Done == 3)
                cancel.Cancel();
        }, cancel.Token));
        Assert.Equal(3, predictions);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Sampling_leaves_nothing_but_the_results_and_its_input_as_it_was()
    {
        Tensor input = _noise.clone();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Tensor result = Sample(new RectifiedFlow(Schedule, Straight), input, [0, 1, 0.5f, 1]);
        Assert.Equal(before + 1, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.Equal(0, Networks.LargestDifference(_noise, input));
        result.Dispose();
    }

    [Fact]
    public void Edits_for_another_number_of_samples_are_refused() =>
        Assert.Throws<ArgumentException>(() => new RectifiedFlow(Schedule, Straight).Sample(
            [Frames(_noise)], [new FrameEdits([1, 1, 1, 1]), new FrameEdits([1, 1, 1, 1])], Fresh));

    private Tensor Straight(int step, int sample, Tokens z, float timestep, bool[]? denoised) => _data - _noise;

    private static Tensor Sample(RectifiedFlow flow, Tensor z, float[]? ratios = null) =>
        flow.Sample([Frames(z)], ratios is null ? null : [new FrameEdits(ratios)], Fresh)[0].Values;

    private static Tensor[] Fresh(int step) => [Networks.Noise(100 + step, 4, 3, 2)];

    private static Tokens Frames(Tensor z) => new(z, TokenLayout.Frames, 0);
}
