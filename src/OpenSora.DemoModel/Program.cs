using System.Runtime.InteropServices;
using OpenSora.Contracts;
using OpenSora.DemoModel;
using OpenSora.DemoModel.Evaluation;
using OpenSora.DemoModel.Stages;
using OpenSora.DemoModel.Training;
using OpenSora.Torch;

// Makes models/demo. Every stage can be stopped with Ctrl-C and is taken up where it was left.
const string usage = """
    usage: OpenSora.DemoModel random FOLDER [SEED]      seeded random weights: enough to run every stage, not to obey a prompt
           OpenSora.DemoModel data [flags]              draws clips with captions: a contact sheet, and captions as JSON lines
           OpenSora.DemoModel train-vae [flags]         the per-frame autoencoder, then the one over time
           OpenSora.DemoModel train-decoders [flags]    both decoders together on pixels; encoders and latents stay
           OpenSora.DemoModel train-dit [flags]         the transformer, on the latents of train-vae's model
           OpenSora.DemoModel evaluate [flags]          held-out captions through the pipeline, judged from pixels
    all but random and evaluate: --work FOLDER (demo-work)  --seed N (1)  --threads N (2)
    data:       --count N (48)
    train-vae:  --spatial-steps N (1850)  --temporal-steps N (3000)
    train-decoders: --steps N (2000)
    train-dit:  --steps N (4000)  --batch N (48)  --rate R (1.2e-3)  --long SHARE (0.15)
    evaluate:   --model FOLDER (models/demo)  --out FOLDER (demo-evaluation)  --prompts N (200)  --steps N,N (10,20,30)
                --guidance G (2)  --seed N (7)  --threads N (2)
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
    using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
    using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    // One thread an operation: the stages run as many samples side by side as there are threads.
    TorchEnvironment.Initialize(1);
    switch (args)
    {
        case ["random", var folder, .. var rest] when rest.Length < 2:
            RandomModel.Write(folder, ulong.TryParse(rest.FirstOrDefault() ?? "1", out ulong seed) ? seed : throw new InputException($"the seed {rest[0]} is not a number"));
            return 0;
        case ["data", .. var rest]:
            DrawnData.Write(Place(new Flags(rest), stop.Token), (int)new Flags(rest).Whole("count", 48));
            return 0;
        case ["train-vae", .. var rest]:
            return TrainAutoencoders(Place(new Flags(rest), stop.Token), new Flags(rest)) ? 0 : 3;
        case ["train-decoders", .. var rest]:
            return TrainDecoders(Place(new Flags(rest), stop.Token), new Flags(rest)) ? 0 : 3;
        case ["train-dit", .. var rest]:
            return TrainTransformer(Place(new Flags(rest), stop.Token), new Flags(rest)) ? 0 : 3;
        case ["evaluate", .. var rest]:
            EvaluateCommand.Of(new Flags(rest)).Run();
            return 0;
        default:
            Console.Error.WriteLine(usage);
            return 2;
    }

    void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true;
        stop.Cancel();
    }
}

static Workplace Place(Flags flags, CancellationToken stop) =>
    new(flags.Text("work", "demo-work"), (ulong)flags.Whole("seed", 1), (int)Math.Max(1, flags.Whole("threads", 2)), stop);

static bool TrainAutoencoders(Workplace place, Flags flags)
{
    TrainingOptions spatial = new() { Steps = flags.Whole("spatial-steps", 1850), Pieces = 3, LearningRate = 3e-3 };
    TrainingOptions temporal = new() { Steps = flags.Whole("temporal-steps", 3000), Pieces = 6, LearningRate = 2e-3, MaxNorm = 5 };
    if (!new SpatialStage(place).Run(spatial))
        return false;
    using TemporalStage stage = new(place);
    return stage.Run(temporal);
}

static bool TrainTransformer(Workplace place, Flags flags)
{
    TrainingOptions options = new() { Steps = flags.Whole("steps", 4000), Pieces = (int)flags.Whole("batch", 48), LearningRate = flags.Number("rate", 1.2e-3), WarmUp = 100 };
    using TransformerStage stage = new(place, flags.Number("long", 0.15));
    return stage.Run(options);
}

static bool TrainDecoders(Workplace place, Flags flags)
{
    TrainingOptions options = new() { Steps = flags.Whole("steps", 2000), Pieces = 4, LearningRate = flags.Number("rate", 1e-3), MaxNorm = 2, Average = 0.99 };
    using DecoderStage stage = new(place);
    return stage.Run(options);
}
