using OpenSora.DemoModel.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OpenSora.DemoModel.Tests.Training;

/// <summary>A straight line is fitted: small enough for a test, and everything of a training is in it.</summary>
public sealed class TrainerTests : IDisposable
{
    private static readonly TrainingOptions Options = new() { Steps = 40, Pieces = 4, LearningRate = 0.05, WarmUp = 1, DecayShare = 0.2, LogSteps = 1000 };

    private readonly string _folder = Directory.CreateTempSubdirectory("opensora-test").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void StepsLowerTheLoss()
    {
        using Trainer trainer = Line(workers: 2);
        double first = trainer.Step(), last = 0;
        while (trainer.State.Step < Options.Steps)
            last = trainer.Step();
        Assert.True(last < first / 10, $"the loss went from {first} to {last}");
    }

    [Fact]
    public void AResumedRunGivesTheSameBytes()
    {
        using Trainer whole = Line(2), before = Line(2), after = Line(2);
        Assert.True(TrainingRun.Go("whole", Options, whole, File("whole"), null, CancellationToken.None));
        for (int i = 0; i < 17; i++)
            before.Step();
        before.State.Save(File("part"));
        Assert.True(TrainingRun.Go("rest", Options, after, File("part"), null, CancellationToken.None));
        Assert.Equal(System.IO.File.ReadAllBytes(File("whole")), System.IO.File.ReadAllBytes(File("part")));
    }

    [Fact]
    public void AStoppedRunSavesWhatItHas()
    {
        using CancellationTokenSource stop = new();
        stop.Cancel();
        using Trainer trainer = Line(1);
        Assert.False(TrainingRun.Go("stopped", Options, trainer, File("stopped"), null, stop.Token));
        Assert.True(System.IO.File.Exists(File("stopped")));
    }

    /// <summary>Pieces are divided among workers; what they come to is the same up to the order of a sum.</summary>
    [Fact]
    public void MoreWorkersComputeTheSame()
    {
        using Trainer one = Line(1), three = Line(3);
        for (int i = 0; i < 10; i++)
            Assert.Equal(one.Step(), three.Step(), 1e-5);
    }

    [Fact]
    public void AFailureOfAWorkerIsTold()
    {
        using Trainer trainer = new(Options, [Parameters()], (_, _, _) => throw new InvalidDataException("piece is bad"));
        Assert.Contains("piece is bad", Assert.Throws<InvalidDataException>(() => trainer.Step()).Message);
    }

    [Fact]
    public void TheRateRisesStaysAndFalls()
    {
        TrainingOptions options = new() { Steps = 1000, Pieces = 1, LearningRate = 1, WarmUp = 100, DecayShare = 0.25 };
        Assert.Equal(0.5, options.RateAt(50), 1e-9);
        Assert.Equal(1, options.RateAt(700), 1e-9);
        Assert.Equal(0.525, options.RateAt(875), 1e-9);
        Assert.Equal(0.05, options.RateAt(1000), 1e-9);
    }

    private string File(string name) => Path.Combine(_folder, name + ".safetensors");

    private static Dictionary<string, Parameter> Parameters()
    {
        Parameter weight = new(zeros(1, 2)), bias = new(zeros(1));
        return new() { ["weight"] = weight, ["bias"] = bias };
    }

    /// <summary>Fits y = 0.3 a − 0.2 b + 0.1 to points that follow from step and piece.</summary>
    private static Trainer Line(int workers)
    {
        Dictionary<string, Parameter>[] replicas = [.. Enumerable.Range(0, workers).Select(_ => Parameters())];
        return new Trainer(Options, replicas, (worker, step, piece) =>
        {
            using Generator generator = new((ulong)(step * 100 + piece));
            Tensor x = randn([8, 2], generator: generator);
            Tensor y = x.matmul(tensor(new[] { 0.3f, -0.2f }).view(2, 1)) + 0.1;
            return (nn.functional.linear(x, replicas[worker]["weight"], replicas[worker]["bias"]) - y).square().mean();
        });
    }
}
