using static TorchSharp.torch;

namespace OpenSora.Inference.Verification;

/// <summary>Keeps what a pipeline traces, and brings it to the shapes of the golden end-to-end tensors.</summary>
internal sealed class Recorder
{
    private readonly Dictionary<string, List<Tensor>> _seen = [];

    public void Add(string name, Tensor value)
    {
        if (!_seen.TryGetValue(name, out List<Tensor>? values))
            _seen.Add(name, values = []);
        values.Add(value.cpu().clone().DetachFromDisposeScope());
    }

    /// <summary>What was traced under a golden name, and the part of the golden tensor that it stands for; null when nothing was.</summary>
    public (Tensor Ours, Tensor Golden)? Tensor(string name, Tensor golden)
    {
        string[] parts = name.Split('_', 2);
        return parts.ElementAtOrDefault(1) switch
        {
            // One prompt after the other, without the padding.
            "input_ids" or "y" => (cat(_seen[name], 0), cat([.. _seen[name].Select((own, i) => golden.view([golden.shape[0], -1, .. own.shape[1..]])[i].narrow(0, 0, own.shape[0]))], 0)),
            "step_noise" => (stack([.. Enumerable.Range(0, (int)golden.shape[0]).Select(step => _seen[$"{name}_{step}"][0])]), golden),
            "decoded" => (stack([.. Enumerable.Range(0, (int)golden.shape[0]).Select(video => cat(_seen[$"{name}_{video}"], 1))]), golden),
            "timesteps" => (_seen[name][0].unsqueeze(1).expand(golden.shape), golden),
            _ when _seen.TryGetValue(name, out List<Tensor>? values) => (values[0], golden),
            _ => null,
        };
    }
}
