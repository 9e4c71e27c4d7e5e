using OpenSora.Inference.Weights;
using OpenSora.Inference.Weights.Safetensors;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OpenSora.DemoModel.Training;

/// <summary>One trained parameter with what the optimiser and the average remember of it.</summary>
internal sealed record Trained(Parameter Weight, Tensor First, Tensor Second, Tensor Average);

/// <summary>Everything that a run needs to go on with the same numbers: weights, moments, averages, and the steps done.</summary>
internal sealed class TrainingState : IDisposable
{
    private const string StepKey = "step";

    /// <param name="parameters">By checkpoint key; their values now are where training starts.</param>
    public TrainingState(IReadOnlyDictionary<string, Parameter> parameters)
    {
        using IDisposable quiet = no_grad();
        foreach ((string key, Parameter weight) in parameters)
            Parameters.Add(key, new Trained(weight, Kept(zeros_like(weight)), Kept(zeros_like(weight)), Kept(weight.clone())));
    }

    public OrderedDictionary<string, Trained> Parameters { get; } = [];

    /// <summary>Steps done.</summary>
    public long Step { get; set; }

    /// <summary>Writes one file; it appears under its name when it is complete.</summary>
    public void Save(string file)
    {
        using Tensor step = tensor(new[] { Step });
        List<OutgoingTensor> tensors = [OutgoingTensor.Of(StepKey, step)];
        foreach ((string key, Trained p) in Parameters)
            foreach ((string part, Tensor value) in Parts(p))
                tensors.Add(OutgoingTensor.Of($"{part}.{key}", value));
        SafetensorsWriter.Write(file, tensors);
    }

    /// <summary>Takes up a saved state of the same network.</summary>
    public void Load(string file)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using Checkpoint saved = Checkpoint.Open(file);
        Step = saved.Load(StepKey).item<long>();
        foreach ((string key, Trained p) in Parameters)
            foreach ((string part, Tensor value) in Parts(p))
                value.copy_(saved.Load($"{part}.{key}"));
    }

    public void Dispose()
    {
        foreach (Trained p in Parameters.Values)
            foreach (Tensor value in new[] { p.First, p.Second, p.Average })
                value.Dispose();
    }

    private static (string Part, Tensor Value)[] Parts(Trained p) =>
        [("weight", p.Weight), ("first", p.First), ("second", p.Second), ("average", p.Average)];

    private static Tensor Kept(Tensor made) => made.DetachFromDisposeScope();
}
