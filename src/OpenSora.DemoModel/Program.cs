using OpenSora.Contracts;
using OpenSora.DemoModel;
using OpenSora.DemoModel.Evaluation;
using OpenSora.DemoModel.Stages;
using OpenSora.DemoModel.Training;
using OpenSora.Torch;

// Makes models/demo. Every stage can be stopped with Ctrl-C and is taken up where it was left.
const string usage = """
    usage: OpenSora.DemoModel random FOLDER [SEED]      seeded random weights: enough to run every stage, not to obey a prompt
           OpenSora.DemoModel train-vae [flags]         the per-frame autoencoder, then the one over time
    flags: --work FOLDER (./demo-work)  --seed N (1)  --threads N (2)  --spatial-steps N (1000)  --temporal-steps N (3000)
    """;
try
{
    return Run(args);
}
catch (InputException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}

static int Run(string[] args)
{
    using CancellationTokenSource stop = new();
    Console.CancelKeyPress += (_, pressed) =>
    {
        pressed.Cancel = true;
        stop.Cancel();
    };
    // One thread an operation: the stages run as many samples side by side as there are threads.
    TorchRuntime.Initialize(1);
    switch (args)
    {
        case ["random", var folder, .. var rest] when rest.Length < 2:
            RandomModel.Write(folder, ulong.TryParse(rest.FirstOrDefault() ?? "1", out ulong seed) ? seed : throw new InputException($"the seed {rest[0]} is not a number"));
            return 0;
        case ["train-vae", .. var rest]:
            return TrainAutoencoders(Place(new Flags(rest), stop.Token), new Flags(rest)) ? 0 : 3;
        case ["train-dit", .. var rest]:
            return TrainTransformer(Place(new Flags(rest), stop.Token), new Flags(rest)) ? 0 : 3;
        case ["evaluate", .. var rest]:
            EvaluateCommand.Of(new Flags(rest)).Run();
            return 0;
        default:
            Console.Error.WriteLine(usage);
            return 2;
    }
}

static Workplace Place(Flags flags, CancellationToken stop) =>
    new(flags.Text("work", "demo-work"), (ulong)flags.Whole("seed", 1), (int)Math.Max(1, flags.Whole("threads", 2)), stop);

static bool TrainAutoencoders(Workplace place, Flags flags)
{
    TrainingOptions spatial = new() { Steps = flags.Whole("spatial-steps", 1000), Pieces = 3, LearningRate = 3e-3 };
    TrainingOptions temporal = new() { Steps = flags.Whole("temporal-steps", 3000), Pieces = 6, LearningRate = 2e-3, MaxNorm = 5 };
    if (!new SpatialStage(place).Run(spatial))
        return false;
    using TemporalStage stage = new(place);
    return stage.Run(temporal);
}

static bool TrainTransformer(Workplace place, Flags flags)
{
    TrainingOptions options = new() { Steps = flags.Whole("steps", 4000), Pieces = (int)flags.Whole("batch", 48), LearningRate = flags.Number("rate", 1.2e-3), WarmUp = 100 };
    using TransformerStage stage = new(place);
    return stage.Run(options);
}
