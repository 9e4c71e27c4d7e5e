namespace OpenSora.DemoModel.Training;

/// <summary>How a stage trains.</summary>
internal sealed record TrainingOptions
{
    /// <summary>Steps of the whole stage; the learning rate falls towards its end.</summary>
    public required long Steps { get; init; }

    /// <summary>Pieces of a batch: each is one call of the loss, and the workers share them.</summary>
    public required int Pieces { get; init; }

    /// <summary>Between warm-up and decay. Default: 1e-3.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Steps over which the learning rate rises from zero. Default: 50.</summary>
    public long WarmUp { get; init; } = 50;

    /// <summary>Share of the steps, at the end, over which it falls to a twentieth. Default: 0.3.</summary>
    public double DecayShare { get; init; } = 0.3;

    /// <summary>Norm of the gradients beyond which they are scaled down. Default: 1.</summary>
    public double MaxNorm { get; init; } = 1;

    /// <summary>Memory of the moving average of the weights. Default: 0.999.</summary>
    public double Average { get; init; } = 0.999;

    /// <summary>Seconds between two checkpoints. Default: 60.</summary>
    public double SaveSeconds { get; init; } = 60;

    /// <summary>Steps between two lines of the log. Default: 50.</summary>
    public long LogSteps { get; init; } = 50;

    /// <summary>The learning rate of a step, counted from 1.</summary>
    public double RateAt(long step)
    {
        double decayed = Math.Max(1, Steps * DecayShare), left = Math.Max(0, Steps - step);
        return LearningRate * Math.Min(1, step / (double)Math.Max(1, WarmUp)) * Math.Min(1, 0.05 + 0.95 * left / decayed);
    }
}
