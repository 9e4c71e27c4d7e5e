using OpenSora.Torch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OpenSora.DemoModel.Training;

/// <summary>The loss of one piece of a batch, computed with the network of a worker; a number that gradients flow from.</summary>
/// <param name="worker">Whose network is to be used.</param>
/// <param name="step">Number of the step, from 1: all random choices follow from it and the piece.</param>
internal delegate Tensor PieceLoss(int worker, long step, int piece);

/// <summary>
/// Trains one network that exists once for each worker. A step adds up the workers' gradients in their order, so that it
/// gives the same bytes whenever it is run with as many workers.
/// </summary>
/// <param name="replicas">The trained parameters of each worker's network by key; the first one's are the truth.</param>
internal sealed class Trainer(
    TrainingOptions options, IReadOnlyList<IReadOnlyDictionary<string, Parameter>> replicas, PieceLoss loss) : IDisposable
{
    private readonly Workers _workers = new(replicas.Count);
    private readonly AdamW _optimiser = new();

    public TrainingState State { get; } = new(replicas[0]);

    /// <summary>One step of all parameters; returns the mean loss of the batch.</summary>
    public double Step()
    {
        long step = State.Step + 1;
        double[] losses = new double[options.Pieces];
        _workers.Run(options.Pieces, (worker, piece) =>
        {
            Tensor value = loss(worker, step, piece).Over(options.Pieces);
            value.backward();
            losses[piece] = value.item<float>();
        });
        Update(step);
        State.Step = step;
        return losses.Sum();
    }

    /// <summary>Copies the weights to the other workers' networks: after they were changed from outside.</summary>
    public void Share()
    {
        using IDisposable quiet = no_grad();
        foreach (IReadOnlyDictionary<string, Parameter> replica in replicas.Skip(1))
            foreach ((string key, Trained p) in State.Parameters)
                replica[key].copy_(p.Weight);
    }

    public void Dispose() => State.Dispose();

    private void Update(long step)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> gradients = Gradients();
        double norm = Math.Sqrt(gradients.Values.Sum(gradient => gradient.Squared().sum().item<float>()));
        if (!double.IsFinite(norm))
            throw new InvalidOperationException($"the gradients of step {step} are not finite: lower the learning rate and go on from the last checkpoint");
        double scale = Math.Min(1, options.MaxNorm / (norm + 1e-6)), rate = options.RateAt(step);
        double memory = Math.Min(options.Average, (1.0 + step) / (10.0 + step));
        foreach ((string key, Tensor gradient) in gradients)
        {
            Trained p = State.Parameters[key];
            _optimiser.Step(p.Weight, gradient.Multiply(scale), p.First, p.Second, step, rate);
            p.Average.Multiply(memory).Add(p.Weight, 1 - memory);
        }
        Share();
    }

    /// <summary>The sums over the workers, which are cleared. What the loss did not reach has none.</summary>
    private Dictionary<string, Tensor> Gradients()
    {
        Dictionary<string, Tensor> sums = [];
        foreach (IReadOnlyDictionary<string, Parameter> replica in replicas)
        {
            foreach ((string key, Parameter parameter) in replica)
            {
                if (parameter.grad is not { } gradient)
                    continue;
                if (sums.TryGetValue(key, out Tensor? sum))
                    sum.Add(gradient);
                else
                    sums.Add(key, gradient);
                parameter.grad = null;
            }
        }
        return sums;
    }
}
