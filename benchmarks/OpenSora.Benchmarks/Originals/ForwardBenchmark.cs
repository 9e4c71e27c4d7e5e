using System.Globalization;
using OpenSora.Contracts;
using OpenSora.Contracts.Profiling;
using OpenSora.Inference.Profiling;
using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Benchmarks.Originals;

/// <summary>
/// How fast a network is beside the original's own modules on the same libtorch. Both run in this process by turns, and plain matrix products
/// of the same shapes after them, so that other work on the machine slows all of them.
/// </summary>
internal static class ForwardBenchmark
{
    /// <exception cref="InputException">The file is not there, or is of other sizes.</exception>
    public static void Run(Flags flags)
    {
        string file = flags.Word("--original", "");
        string kind = flags.Word("--kind", "transformer");
        int repeat = flags.Number("--repeat", 5);
        bool isForward = kind == "transformer";
        ProfileRequest request = new()
        {
            Part = isForward ? ProfiledPart.Forward : ProfiledPart.Vae,
            Depth = flags.Number("--depth", 2),
            Hidden = flags.Number("--hidden", 1152),
            Heads = flags.Number("--heads", 16),
            Frames = flags.Number("--frames", isForward ? 8 : kind == "vae" ? 4 : 17),
            LatentHeight = flags.Number("--height", 32),
            LatentWidth = flags.Number("--width", 32),
            Tokens = flags.Number("--tokens", 300),
            Threads = flags.Number("--threads", 1),
        };
        flags.Done();
        if (!File.Exists(file))
            throw new InputException($"--original '{file}' is not there: give a TorchScript file that benchmarks/trace.py made");

        TorchEnvironment.Initialize(request.Threads);
        using var _ = no_grad();
        using DisposeScope scope = NewDisposeScope();
        IProfiled ours = kind switch
        {
            "transformer" => new ProfiledForward(request),
            "vae" or "temporal-vae" => new ProfiledDecoder(request, kind == "vae" ? DecoderPart.Spatial : DecoderPart.Temporal),
            _ => throw new InputException($"--kind '{kind}' is not known: give transformer, temporal-vae or vae"),
        };
        using jit.ScriptModule original = jit.load(file);
        object[] input = isForward ? OfTransformer(request) : [((ProfiledDecoder)ours).Input];

        void Theirs()
        {
            using DisposeScope inner = NewDisposeScope();
            try
            {
                (original.call(input) as Tensor)?.Dispose();
            }
            catch (System.Runtime.InteropServices.ExternalException e)
            {
                throw new InputException($"--original {file} does not take an input of these sizes; trace it with them: {e.Message.Split('\n')[0]}");
            }
        }

        ours.Run();
        Theirs();
        List<Turn> turns = [];
        for (int i = 0; i < repeat; i++)
            turns.Add(new Turn(Times.Of(ours.Run), Times.Of(Theirs), PlainProducts.Time(ours.Products)));
        Print(kind, turns, ours.Products.Sum(product => product.Operations));
        GC.KeepAlive(ours);
    }

    private static object[] OfTransformer(ProfileRequest r) =>
    [
        randn([2, 4, r.Frames, r.LatentHeight, r.LatentWidth]), tensor([500f, 500f]), randn([2, 1, r.Tokens, 4096]), ones([2, r.Frames], dtype: ScalarType.Bool),
    ];

    private static void Print(string kind, List<Turn> turns, double operations)
    {
        double Median(Func<Turn, double> of) => Profile.Median(turns.Select(of));
        List<string> lines =
        [
            Line($"{kind}, {turns.Count} turns, medians, seconds of processor time (of the wall clock)"),
            Line($"original  {Median(t => t.Original.Cpu):0.000} ({Median(t => t.Original.Wall):0.000})"),
            Line($"ours      {Median(t => t.Ours.Cpu):0.000} ({Median(t => t.Ours.Wall):0.000})"),
            Line($"ratio     {Median(t => t.Original.Cpu / t.Ours.Cpu):0.00} times as fast as the original"),
        ];
        if (operations > 0)
        {
            double products = Median(t => t.Products.Cpu);
            lines.Add(Line($"products  {products:0.000} at {operations / products / 1e9:0} GFLOP/s"));
            lines.Add(Line($"gemm_ratio {Median(t => t.Ours.Cpu / t.Products.Cpu):0.00}, the original's {Median(t => t.Original.Cpu / t.Products.Cpu):0.00}"));
        }
        lines.Add($"{TorchEnvironment.Processor}; kernels {FusedKernels.Chosen}; {TorchEnvironment.Describe()}; float32");
        Console.Out.WriteLine(string.Join('\n', lines));
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>One run of each, right after each other.</summary>
    private sealed record Turn(Times Ours, Times Original, Times Products);
}
