using System.CommandLine;
using System.Text.Json;
using OpenSora.Contracts;
using OpenSora.Contracts.Profiling;

namespace OpenSora.Client.Commands;

/// <summary>
/// <c>opensora profile forward|vae|text</c>: how fast a network of the given size is on this machine's CPU, beside plain
/// matrix products of the same shapes.
/// </summary>
internal static class ProfileCommand
{
    private static readonly ProfileRequest s_defaults = new() { Part = ProfiledPart.Forward };

    public static Command Create() => new("profile", "Time a network of random weights on the CPU.")
    {
        Of("forward", "One step of the transformer: both halves of guidance.", s_defaults),
        Of("vae", "Decoding one chunk of frames with the public autoencoders.", s_defaults with { Part = ProfiledPart.Vae, Frames = 17 }),
        Of("text", "Encoding one prompt with a T5 encoder.", s_defaults with { Part = ProfiledPart.Text, Depth = 2, Hidden = 4096, Heads = 64 }),
    };

    private static Command Of(string name, string description, ProfileRequest by)
    {
        Option<int> depth = Flag.Int("--depth", "Blocks of each kind, or layers.", by.Depth);
        Option<int> hidden = Flag.Int("--hidden", "Channels.", by.Hidden);
        Option<int> heads = Flag.Int("--heads", "Attention heads.", by.Heads);
        Option<int> frames = Flag.Int("--frames", by.Part == ProfiledPart.Vae ? "Frames of the chunk." : "Latent frames.", by.Frames);
        Option<int[]> size = new("--latent-size")
        {
            Description = "Rows and columns of the latent.",
            Arity = new ArgumentArity(2, 2),
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [by.LatentHeight, by.LatentWidth],
        };
        Option<int> tokens = Flag.Int("--tokens", "Tokens of the prompt.", by.Tokens);
        Option<int> threads = Flag.Int("--threads", "CPU threads.", by.Threads);
        Option<int> repeat = Flag.Int("--repeat", "Timed runs, after one that is not.", by.Repeat);
        Option<string> kernels = Flag.Choice(
            "--kernels", "Our own kernels by instruction set, or plain: torch's only.", by.Kernels, "best", "avx512", "avx2", "portable", "plain");
        Option<Toggle> operations = Flag.Bool("--operations", "List what each operation takes, from one more run; torch's own are told by another torch than TorchSharp's (--torch).");
        Option<Toggle> json = Flag.Bool("--json", "Print one JSON document to standard output.");
        Command command = new(name, description) { threads, repeat, kernels, operations, json };
        Option[] own = by.Part switch
        {
            ProfiledPart.Forward => [depth, hidden, heads, frames, size, tokens],
            ProfiledPart.Vae => [frames, size],
            _ => [depth, hidden, heads, tokens],
        };
        foreach (Option option in own)
            command.Add(option);

        command.SetAction((parsed, cancel) => Run(
            by with
            {
                Depth = Given(parsed, depth, by.Depth),
                Hidden = Given(parsed, hidden, by.Hidden),
                Heads = Given(parsed, heads, by.Heads),
                Frames = Given(parsed, frames, by.Frames),
                LatentHeight = Given(parsed, size, [by.LatentHeight, by.LatentWidth])[0],
                LatentWidth = Given(parsed, size, [by.LatentHeight, by.LatentWidth])[1],
                Tokens = Given(parsed, tokens, by.Tokens),
                Threads = parsed.GetValue(threads),
                Repeat = parsed.GetValue(repeat),
                Kernels = parsed.GetRequiredValue(kernels),
                Operations = parsed.IsOn(operations),
            },
            parsed.IsOn(json),
            cancel));
        return command;
    }

    /// <summary>The option's value where this part has the option.</summary>
    private static T Given<T>(ParseResult parsed, Option<T> option, T otherwise) =>
        parsed.CommandResult.Command.Options.Contains(option) ? parsed.GetValue(option) ?? otherwise : otherwise;

    private static async Task<int> Run(ProfileRequest request, bool json, CancellationToken cancel)
    {
        CardEvent last = await CardAnswer.To("profile", request, ContractsJson.Default.ProfileRequest, cancel);
        if (last is not Profiled { Report: var report })
            return Failure.Report(last);
        Console.Out.WriteLine(json ? JsonSerializer.Serialize(report, ContractsJson.Indented.ProfileReport) : Text(report));
        return ExitCode.Done;
    }

    private static string Text(ProfileReport report)
    {
        List<string> lines = [FormattableString.Invariant($"{report.Median:0.000} s, {report.Cpu:0.000} s of processor time, {report.Peak / 1e6:0} MB at the most; {report.Torch}; kernels: {report.Kernels}")];
        if (report is { Ratio: { } ratio, Gemm: { } gemm, GemmGflops: { } speed })
            lines.Add(FormattableString.Invariant($"{ratio:0.00} times its matrix products alone: {gemm:0.000} s at {speed:0} GFLOP/s"));
        foreach (ProfiledOperation operation in report.Operations ?? [])
            lines.Add(FormattableString.Invariant($"{operation.Seconds,9:0.0000} s {operation.Calls,8}  {operation.Name}"));
        return string.Join('\n', lines);
    }
}
