using System.CommandLine;
using System.Text.Json;
using OpenSora.Client.Tables;
using OpenSora.Contracts;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Planning;
using OpenSora.Planning.Plans;

namespace OpenSora.Client.Commands;

/// <summary><c>opensora plan</c>: what a clip would take on cards of some type, and what would do where it does not fit.</summary>
internal static class PlanCommand
{
    public static Command Create()
    {
        ClipFlags clip = new(cards: 1, resolution: "240p", frames: "51");
        Option<string?> model = Flag.OptionalText("--model", "full (the public checkpoints' sizes) or demo. [default: demo, or the --ckpt-path-* folders]");
        Option<string?> dit = Flag.OptionalPath("--ckpt-path-dit", "Folder of the STDiT3 transformer; only config.json is read.");
        Option<string?> t5 = Flag.OptionalPath("--ckpt-path-t5", "Folder of the T5 v1.1 text encoder; only config.json is read.");
        Option<string?> vae2d = Flag.OptionalPath("--ckpt-path-vae2d", "Folder of the 2D VAE; only config.json is read.");
        Option<string?> vae3d = Flag.OptionalPath("--ckpt-path-vae3d", "Folder of the video VAE; only config.json is read.");
        Option<string?> cardType = Flag.OptionalText("--card-type", "cpu, h100-80g, h200, h800-80g, a100-80g, s60, or one of --card-types. [default: the accelerator of this machine, as nvidia-smi or efsmi tells it, else cpu, its processor]");
        Option<string?> cardTypes = Flag.OptionalPath("--card-types", "YAML file with more card types.");
        Option<int?> threads = Flag.OptionalInt("--threads", "CPU threads of each card of type cpu. [default: all cores]");
        Option<int?> textLength = Flag.OptionalInt("--text-length", "Tokens of the prompt. [default: --model-max-length]");
        Option<double> efficiency = Flag.Double("--efficiency", "More cards are called sensible while they keep this efficiency.", 0.7);
        Option<Toggle> json = Flag.Bool("--json", "Print one JSON document to standard output.");
        Command command = new("plan", "Tell what a clip would take: sizes, units, bytes, memory and time per card.")
            { model, dit, t5, vae2d, vae3d, cardType, cardTypes, threads, textLength, efficiency, json };
        foreach (Option option in clip.All)
            command.Add(option);
        command.SetAction(parsed => Run(
            new PlanRequest
            {
                Generation = clip.Read(parsed) with
                {
                    Threads = parsed.GetValue(threads),
                    Models = new ModelFolders
                    {
                        Dit = Absolute(parsed.GetValue(dit)),
                        T5 = Absolute(parsed.GetValue(t5)),
                        Vae2d = Absolute(parsed.GetValue(vae2d)),
                        Vae3d = Absolute(parsed.GetValue(vae3d)),
                    },
                },
                Model = parsed.GetValue(model),
                CardType = parsed.GetValue(cardType),
                CardTypes = Absolute(parsed.GetValue(cardTypes)),
                TextLength = parsed.GetValue(textLength) ?? clip.Read(parsed).ModelMaxLength,
                Efficiency = parsed.GetValue(efficiency),
            },
            parsed.IsOn(json)));
        return command;
    }

    private static int Run(PlanRequest request, bool json)
    {
        PlanReport report = Planner.Plan(request);
        Console.Out.WriteLine(json ? JsonSerializer.Serialize(report, ContractsJson.Indented.PlanReport) : PlanTable.Of(report));
        if (report.Refusal is null)
            return ExitCode.Done;
        Console.Error.WriteLine($"opensora: {report.Refusal.Message}");
        return ExitCode.CannotFit;
    }

    private static string? Absolute(string? path) => path is null ? null : Path.GetFullPath(path);
}
