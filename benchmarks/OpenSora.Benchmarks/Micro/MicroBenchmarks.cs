using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace OpenSora.Benchmarks.Micro;

/// <summary>
/// The small pieces that everything is made of, each beside what the machine allows: <c>micro --filter '*'</c>. In this
/// process, because torch and its threads are set up once.
/// </summary>
internal static class MicroBenchmarks
{
    /// <param name="flags">Of BenchmarkDotNet.</param>
    /// <param name="artifacts">Folder for its tables.</param>
    public static void Run(string[] flags, string artifacts)
    {
        ManualConfig config = ManualConfig.CreateEmpty()
            .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(3).WithIterationCount(15))
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddExporter(MarkdownExporter.GitHub)
            .AddLogger(ConsoleLogger.Default)
            .WithArtifactsPath(artifacts);
        BenchmarkSwitcher
            .FromTypes([typeof(BlockForward), typeof(FusedSteps), typeof(LongAttention), typeof(LayoutSwitch), typeof(LinkBytes), typeof(TileDecode), typeof(WeightLoad), typeof(FrameHeaders)])
            .Run(flags.Length == 0 ? ["--filter", "*"] : flags, config);
    }
}
