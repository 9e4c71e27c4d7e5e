using System.CommandLine;
using OpenSora.Client.Diagnosis;
using OpenSora.Contracts;
using OpenSora.Contracts.Diagnosis;
using OpenSora.Contracts.Generation;

namespace OpenSora.Client.Commands;

/// <summary><c>opensora doctor</c>: what this machine has, and what to do about what is missing or slow.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        Option<string?> device = Flag.OptionalText("--device", "cpu, cuda, cuda:1, gcu or gcu:1. [default: each that is present]");
        Option<int?> threads = Flag.OptionalInt("--threads", "CPU threads of libtorch and BLAS. [default: all cores]");
        Option<string?> store = Flag.OptionalPath("--store", "Folder of a service. [default: that of opensora serve]");
        Option<string> saveDir = Flag.Path("--save-dir", "Folder of the videos.", new GenerationRequest().SaveDir);
        Option<string?> dit = Flag.OptionalPath("--ckpt-path-dit", "Folder of the STDiT3 transformer. [default: models/demo]");
        Option<string?> t5 = Flag.OptionalPath("--ckpt-path-t5", "Folder of the T5 v1.1 text encoder. [default: models/demo]");
        Option<string?> vae2d = Flag.OptionalPath("--ckpt-path-vae2d", "Folder of the 2D VAE. [default: models/demo]");
        Option<string?> vae3d = Flag.OptionalPath("--ckpt-path-vae3d", "Folder of the video VAE. [default: models/demo]");
        Option<int> patience = Flag.Int("--patience", "Seconds that a device, or all the rest, may take.", 300);
        Option<Toggle> json = Flag.Bool("--json", "Print one JSON document to standard output.");
        Command command = new("doctor", "Look at this machine: whether a generation would work, what makes it slow, and the remedies.")
            { device, threads, store, saveDir, dit, t5, vae2d, vae3d, patience, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using CancellationTokenSource stop = CancelKeys.Link(cancel, "opensora: stopping");
            DiagnosisRequest request = new()
            {
                Device = parsed.GetValue(device),
                Threads = parsed.GetValue(threads) is { } count ? Flag.Within("--threads", count, 1, 1024) : null,
                Store = Absolute(parsed.GetValue(store)),
                SaveDir = Path.GetFullPath(parsed.GetRequiredValue(saveDir)),
                Models = new ModelFolders
                {
                    Dit = Absolute(parsed.GetValue(dit)),
                    T5 = Absolute(parsed.GetValue(t5)),
                    Vae2d = Absolute(parsed.GetValue(vae2d)),
                    Vae3d = Absolute(parsed.GetValue(vae3d)),
                },
            };
            Examination examination = new(request, TimeSpan.FromSeconds(Flag.Within("--patience", parsed.GetValue(patience), 1, 86_400)));
            DiagnosisScreen screen = new(parsed.IsOn(json));
            await foreach (Finding finding in examination.Run(stop.Token))
                screen.Add(finding);
            return screen.Complete() ? ExitCode.Done : ExitCode.CasesFailed;
        });
        return command;
    }

    private static string? Absolute(string? path) => path is null ? null : Path.GetFullPath(path);
}
