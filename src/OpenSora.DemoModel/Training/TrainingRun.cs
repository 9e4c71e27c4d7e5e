using System.Diagnostics;
using System.Globalization;

namespace OpenSora.DemoModel.Training;

/// <summary>A stage from where it was left to its last step: log lines, checkpoints, and a clean end when it is stopped.</summary>
internal static class TrainingRun
{
    /// <summary>Runs until the last step, or until <paramref name="stop"/>; in both cases the state is saved.</summary>
    /// <param name="file">Where the state lies; it is taken up when it is there.</param>
    /// <param name="report">More to say in a line of the log; null for nothing.</param>
    /// <returns>Whether the stage is complete.</returns>
    public static bool Go(string name, TrainingOptions options, Trainer trainer, string file, Func<string>? report, CancellationToken stop)
    {
        if (File.Exists(file))
        {
            trainer.State.Load(file);
            trainer.Share();
        }
        Stopwatch clock = Stopwatch.StartNew();
        double saved = 0, sum = 0;
        long first = trainer.State.Step, counted = 0;
        while (trainer.State.Step < options.Steps && !stop.IsCancellationRequested)
        {
            sum += trainer.Step();
            counted++;
            long step = trainer.State.Step;
            if (step % options.LogSteps == 0 || step == options.Steps)
            {
                double rate = (step - first) / clock.Elapsed.TotalSeconds;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{DateTime.UtcNow:HH:mm:ss} {name} {step}/{options.Steps} loss {sum / counted:F5} {rate:F2} steps/s {report?.Invoke()}"));
                (sum, counted) = (0, 0);
            }
            if (clock.Elapsed.TotalSeconds - saved > options.SaveSeconds)
            {
                trainer.State.Save(file);
                saved = clock.Elapsed.TotalSeconds;
            }
        }
        trainer.State.Save(file);
        return trainer.State.Step >= options.Steps;
    }
}
