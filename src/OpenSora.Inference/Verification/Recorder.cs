using OpenSora.Contracts;
using static TorchSharp.torch;

namespace OpenSora.Inference.Verification;

/// <summary>Keeps what a generation traces, and brings it to the shapes of the golden end-to-end tensors.</summary>
internal sealed class Recorder
{
    private readonly Dictionary<string, List<Tensor>> _seen = [];

    public void Add(string name, Tensor value)
    {
        if (!_seen.TryGetValue(name, out List<Tensor>? values))
            _seen.Add(name, values = []);
        values.Add(value.cpu().clone().DetachFromDisposeScope());
    }

    /// <summary>What was traced under a golden name, and the part of the golden tensor that it stands for.</summary>
    /// <exception cref="InputException">Nothing was.</exception>
    public (Tensor Ours, Tensor Golden) Tensor(string name, Tensor golden) => name.Split('_', 2).ElementAtOrDefault(1) switch
    {
        // One prompt after the other, without the padding.
        "input_ids" or "y" => (cat(Seen(name), 0), cat([.. Seen(name).Select((own, i) => golden.view([golden.shape[0], -1, .. own.shape[1..]])[i].narrow(0, 0, own.shape[0]))], 0)),
        "step_noise" => (stack([.. Enumerable.Range(0, (int)golden.shape[0]).Select(step => Seen($"{name}_{step}")[0])]), golden),
        "decoded" => (stack([.. Enumerable.Range(0, (int)golden.shape[0]).Select(video => cat(Seen($"{name}_{video}"), 1))]), golden),
        "timesteps" => (Seen(name)[0].unsqueeze(1).expand(golden.shape), golden),
        _ => (Seen(name)[0], golden),
    };

    private List<Tensor> Seen(string name) =>
        _seen.TryGetValue(name, out List<Tensor>? values) ? values : throw new InputException($"its tensor {name} is none that this generation has");
}
