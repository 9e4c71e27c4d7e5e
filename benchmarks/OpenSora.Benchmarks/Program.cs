using OpenSora.Benchmarks;
using OpenSora.Benchmarks.Caching;
using OpenSora.Benchmarks.Checkpoints;
using OpenSora.Benchmarks.Micro;
using OpenSora.Benchmarks.Originals;
using OpenSora.Benchmarks.Scaling;
using OpenSora.Contracts;

// Questions about speed and the tools to ask them with: benchmarks/README.md tells which command answers which question.
const string usage = """
    usage: OpenSora.Benchmarks make-checkpoint FOLDER [flags]   random weights in the public layouts, full-size by default
           OpenSora.Benchmarks micro [flags of BenchmarkDotNet] blocks, switches, chunks, weights and headers, beside their bounds
           OpenSora.Benchmarks forward --original FILE [flags]  a network beside the original's modules, traced by benchmarks/trace.py
           OpenSora.Benchmarks cache [flags]                    what --cache saves, and how like the videos are
           OpenSora.Benchmarks scaling [flags]                  N cards against one, and against the machine's own ceiling
    make-checkpoint: --depth N (28)  --hidden C (1152)  --heads N (16)  --text-layers N (24; 0: the demo model's encoder)
                     --text-hidden C (4096)  --vae-channels C (128; 0: the demo model's autoencoders)  --seed N (1)
    forward:         --kind transformer|temporal-vae|vae (transformer)  --depth N (2)  --hidden C (1152)  --heads N (16)  --tokens L (300)
                     --frames F (8, 17 or 4)  --height H (32)  --width W (32)  --threads N (1)  --repeat N (5)
    cache:           --rules R,… (pab,fb:0.05,fb:0.1,fb:0.2)  --cards N (2)  --threads N (1)  --steps N (30)  --repeats N (1)
                     --prompt TEXT  --resolution R  --num-frames F (the demo model's own)  --json true|false (false)
    scaling:         --cards N (2)  --threads N (1)  --repeats N (3)  --steps N (2)  --resolution R (144p)  --num-frames F (2s)
                     --model FOLDER (made when missing: --depth 4 --hidden 1152 --heads 16)
    """;
try
{
    string home = Installation.Home ?? throw new InputException("models/demo was not found above this program: set OPENSORA_HOME to the repository");
    switch (args)
    {
        case ["make-checkpoint", var folder, .. var rest] when !folder.StartsWith('-'):
            Flags flags = new(rest);
            CheckpointSize size = CheckpointSize.Of(flags);
            flags.Done();
            MakeCheckpoint.Write(Path.GetFullPath(folder), size, Path.Combine(home, "models", "demo"));
            return ExitCode.Done;
        case ["micro", .. var rest]:
            MicroBenchmarks.Run(rest, Path.Combine(home, "artifacts", "benchmarks"));
            return ExitCode.Done;
        case ["forward", .. var rest]:
            ForwardBenchmark.Run(new Flags(rest));
            return ExitCode.Done;
        case ["cache", .. var rest]:
            await CacheBenchmark.Run(new Flags(rest), home);
            return ExitCode.Done;
        case ["scaling", .. var rest]:
            await ScalingBenchmark.Run(new Flags(rest), home);
            return ExitCode.Done;
        default:
            Console.Error.WriteLine(usage);
            return ExitCode.BadInput;
    }
}
catch (InputException e)
{
    Console.Error.WriteLine(e.Message);
    return ExitCode.BadInput;
}
