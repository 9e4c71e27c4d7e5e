using OpenSora.Contracts;
using Spectre.Console;
using Progress = OpenSora.Contracts.Progress;

namespace OpenSora.Client.Cards;

/// <summary>
/// Progress on standard error: a bar with stage, step k of n and time left on a terminal; elsewhere a line at the start
/// of each stage and at every quarter. Not thread-safe: one reader of events.
/// </summary>
internal sealed class ProgressDisplay(bool quiet = false)
{
    private readonly IAnsiConsole _console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
    private readonly bool _bars = !quiet && !Console.IsErrorRedirected;
    private ProgressContext? _context;
    private ProgressTask? _task;
    private (string Stage, string? Item) _current;
    private int _quarter;

    /// <summary>Shows the events that <paramref name="work"/> passes to <see cref="Show"/> until it ends.</summary>
    public async Task<T> Run<T>(Func<Task<T>> work)
    {
        if (!_bars)
            return await work();
        return await _console.Progress()
            .AutoClear(false)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new StepColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                _context = context;
                return await work();
            });
    }

    /// <summary>One event: progress moves the bar, a notice is a line of its own.</summary>
    public void Show(CardEvent happened)
    {
        if (quiet)
            return;
        switch (happened)
        {
            case Notice notice when _bars:
                _console.MarkupLineInterpolated($"{notice.Message}");
                break;
            case Notice notice:
                Console.Error.WriteLine(notice.Message);
                break;
            case Progress progress when _bars:
                Bar(progress);
                break;
            case Progress progress:
                Line(progress);
                break;
        }
    }

    private void Bar(Progress progress)
    {
        if (_task is null || _current != (progress.Stage, progress.Item))
        {
            _task?.StopTask();
            _current = (progress.Stage, progress.Item);
            _task = _context!.AddTask(Markup.Escape(Label(progress)), maxValue: progress.Total);
        }
        _task.Value = progress.Done;
    }

    private void Line(Progress progress)
    {
        bool first = _current != (progress.Stage, progress.Item);
        int quarter = progress.Total == 0 ? 4 : 4 * progress.Done / progress.Total;
        if (!first && quarter == _quarter)
            return;
        (_current, _quarter) = ((progress.Stage, progress.Item), quarter);
        Console.Error.WriteLine($"{Label(progress)}: {progress.Done} of {progress.Total}");
    }

    private static string Label(Progress progress) => progress.Item is null ? progress.Stage : $"{progress.Stage} ({progress.Item})";

    private sealed class StepColumn : ProgressColumn
    {
        public override Spectre.Console.Rendering.IRenderable Render(Spectre.Console.Rendering.RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text($"{task.Value:0} of {task.MaxValue:0}");
    }
}
