using System.CommandLine;
using System.CommandLine.Parsing;
using OpenSora.Client.Benchmarks;
using OpenSora.Client.Cards;
using OpenSora.Client.Sweeps;
using OpenSora.Contracts;
using OpenSora.Contracts.Generation;

namespace OpenSora.Client.Commands;

/// <summary><c>opensora sweep</c>: the benchmark over a matrix of flags.</summary>
internal static class SweepCommand
{
    /// <summary>Flags of which several values make a matrix.</summary>
    private static readonly string[] Lists =
        ["--resolution", "--aspect-ratio", "--image-size", "--num-frames", "--cards", "--dtype", "--threads", "--num-sampling-steps", "--cache", "--micro-batch-size", "--micro-frame-size"];

    /// <summary>Flags of <c>generate</c> that a sweep decides, or that never end.</summary>
    private static readonly string[] NotHere = ["--save-dir", "--sample-name", "--save-latent", "--prompt-as-path", "--prompt-generator", "--benchmark-save-path"];

    /// <summary>What a service takes of one owner to wait, unless it is told otherwise.</summary>
    private const int MostAtOnce = 100;

    private const int MostWait = 86_400;

    private const string Verbose = "--verbose", Prompt = "a red circle moving right on a black background";

    public static Command Create()
    {
        Option<string?> preset = Flag.OptionalText("--preset", $"{SweepMatrix.OpenSoraTable}: 240p to 720p, an image and 2 to 16 s, which is what Open-Sora 1.2 says it can do.");
        Option<string?> matrix = Flag.OptionalPath("--matrix", "YAML file: `flags` with their values, `vary` with lists of values. Flags of the command line win over it, and it wins over --preset.");
        Option<string> folder = Flag.Path("--out", "Folder for results.jsonl, results.csv, results.md and report.html. What is measured there is not measured again.", "./benchmark/sweep");
        Option<int> warmups = Flag.Int("--warmup-count", "Passes of each cell before those that are measured.", 1);
        Option<int> evaluations = Flag.Int("--eval-count", "Passes of each cell that are measured.", 3);
        Option<int> order = Flag.Int("--order-seed", "Seed of the random order of cells.", 42);
        Option<double?> limit = Flag.OptionalDouble("--cell-limit", "Leave out cells of which a pass is predicted to take more seconds than this.");
        Option<string?> cardType = Flag.OptionalText("--card-type", "Plan for cards of this type: see opensora plan, also for the default; with --server there is none, because it plans itself.");
        Option<string?> cardTypes = Flag.OptionalPath("--card-types", "YAML file with more card types.");
        Option<string?> server = Flag.OptionalText("--server", "A service to measure, http://HOST:PORT, in the place of cards of this machine; its token is OPENSORA_TOKEN.");
        Option<int> atOnce = Flag.Int("--at-once", $"Cells that the service works on at the same time, each on cards of its own; 1 to {MostAtOnce}. Cells that worked beside others are told apart.", 1);
        Option<int> wait = Flag.Int("--server-wait", "Seconds to wait for a service that does not answer, also at the start.", 300);
        Option<Toggle> host = Flag.Bool("--host-info", "Put the name and the address of this machine into the results.");
        Option[] own = [preset, matrix, folder, warmups, evaluations, order, limit, cardType, cardTypes, server, atOnce, wait, host];
        GenerateFlags flags = new();
        Option[] passed = [.. flags.All
            .Where(option => !NotHere.Contains(option.Name) && own.All(mine => mine.Name != option.Name))
            .Select(option => Lists.Contains(option.Name) ? List(option) : option)];
        Command command = new("sweep", "Measure a matrix of sizes, lengths, cards and other flags: planned first, in random order, resumable; JSON lines, CSV, Markdown and a page with plots.");
        foreach (Option option in own.Concat(passed))
            command.Add(option);
        command.SetAction(async (parsed, cancel) =>
        {
            SweepMatrix cells = parsed.GetValue(preset) is { } name ? SweepMatrix.Preset(name) : new SweepMatrix();
            if (parsed.GetValue(matrix) is { } file)
                cells.Read(file);
            foreach (Option option in passed.Where(option => option.Name != Verbose))
                if (parsed.GetResult(option) is { Implicit: false } given)
                    Take(cells, option, given);
            if (!cells.Has("prompt") && !cells.Has("prompt-path"))
                cells.Set("prompt", [Prompt]);
            if (cells.Takes("prompt-path", GenerationRequest.StandardInput))
                throw new InputException($"--prompt-path {GenerationRequest.StandardInput} can be read once, and a sweep reads it for each cell: give a file");
            if (cells.Flags.FirstOrDefault(flag => passed.All(option => option.Name.TrimStart('-') != flag)) is { } unknown)
                throw new InputException($"'{unknown}' is no flag that a sweep can give: see opensora sweep -h");
            if (parsed.GetValue(server) is null && cells.EvenThreads(Environment.ProcessorCount) is { } threads)
                Console.Error.WriteLine($"opensora: the number of cards varies, so each card of each cell has --threads {threads}; give another number to have others");
            int beside = Flag.Within("--at-once", parsed.GetValue(atOnce), 1, MostAtOnce), seconds = Flag.Within("--server-wait", parsed.GetValue(wait), 0, MostWait);
            if (beside > 1 && parsed.GetValue(server) is null)
                throw new InputException($"--at-once {beside} needs a service: cards of this machine are started for 1 cell at a time; name the service with --server, or leave --at-once out");
            if (beside > 1 && !cells.Has("cards"))
            {
                cells.Set("cards", ["1"]);
                Console.Error.WriteLine("opensora: cells work at the same time, so each asks for --cards 1; give another number to have others");
            }
            SweepPlan plan = new(
                new BenchmarkPlan(Flag.Within("--warmup-count", parsed.GetValue(warmups), 0, 1000), Flag.Within("--eval-count", parsed.GetValue(evaluations), 1, 1000), false, parsed.IsOn(host)),
                parsed.GetValue(order), parsed.GetValue(cardType), parsed.GetValue(cardTypes) is { } types ? Path.GetFullPath(types) : null, parsed.GetValue(limit), parsed.GetValue(server), beside, TimeSpan.FromSeconds(seconds));
            using SweepFolder results = new(Path.GetFullPath(parsed.GetRequiredValue(folder)));
            using CancellationTokenSource stop = CancelKeys.Link(cancel, "opensora: stopping; the same command goes on from here (again to stop at once)");
            SweepRun run = new(plan, results, new ProgressDisplay(flags.Quiet(parsed)));
            IReadOnlyList<SweepCell> all = cells.Cells();
            bool published = parsed.GetValue(preset) is not null;
            try
            {
                return await ServerFlags.Told(() => run.Run(all, stop.Token));
            }
            finally
            {
                foreach (string written in SweepReport.Write(results, published))
                    Console.Out.WriteLine(written);
            }
        });
        return command;
    }

    private static Option List(Option of) => new Option<string[]>(of.Name, [.. of.Aliases])
    {
        Description = $"{of.Description} Several are varied: {(of.Name == "--image-size" ? "144x256,240x426" : "separated by commas")}.",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = true,
    };

    private static void Take(SweepMatrix cells, Option option, OptionResult given)
    {
        string flag = option.Name.TrimStart('-');
        string[] words = [.. given.Tokens.Select(token => token.Value)];
        if (Lists.Contains(option.Name))
            cells.Vary(flag, [.. words.SelectMany(word => word.Split(',', StringSplitOptions.TrimEntries))]);
        else
            cells.Set(flag, words);
    }
}
