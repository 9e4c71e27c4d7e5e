using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Media;
using OpenSora.Inference;
using OpenSora.Inference.Generation;
using OpenSora.Inference.Sampling;
using OpenSora.Prompts.Plans;
using OpenSora.TestKit;
using OpenSora.Torch;
using OpenSora.Video;
using OpenSora.Video.Reading;
using OpenSora.Video.Writing;
using static TorchSharp.torch;

namespace OpenSora.Card.Tests;

/// <summary>The demo model through the pipeline in this process, its frames kept beside the files.</summary>
internal sealed class DemoGeneration(GenerationRequest request) : IMedia, IDisposable
{
    /// <summary>One thread, as the cards of these tests have: last bits depend on it.</summary>
    static DemoGeneration() => TorchRuntime.Initialize(1);

    private readonly string _folder = Directory.CreateTempSubdirectory("opensora-test").FullName;
    private readonly Models _models = Models.Open(
        new ModelFolders { Dit = Demo("dit"), T5 = Demo("t5"), Vae2d = Demo("vae2d"), Vae3d = Demo("vae3d") },
        request, CPU, new Precision(request.Dtype == "fp32" ? ScalarType.Float32 : ScalarType.BFloat16, ScalarType.Float32));

    /// <summary>The frames of each file, as they were handed to the encoder.</summary>
    public Dictionary<string, List<byte[]>> Frames { get; } = [];

    public IReadOnlyList<SampleReport> Run(CancellationToken cancel = default)
    {
        using NoiseSource noise = new(request.Seed);
        GenerationPlan plan = new(request with { SaveDir = _folder });
        plan.Check();
        VideoPipeline pipeline = new(_models, noise, this, new PipelineEvents());
        IReadOnlyList<SampleReport> samples = [.. plan.Batches().SelectMany(batch => pipeline.Generate(batch, cancel))];
        pipeline.Latents?.Dispose();
        return samples;
    }

    public IEnumerable<RgbImage> Read(string path, CancellationToken cancel) => FrameReader.Read(path, cancel);

    public bool IsVideo(string path) => MediaKinds.Of(path) == MediaKind.Video;

    public IFrameSink Create(string path, FrameSize size, CancellationToken cancel) =>
        new Sink(new VideoWriter(path, size, new FrameRate(24), cancel: cancel), Frames[path] = []);

    public void Dispose()
    {
        _models.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string Demo(string part) => Path.Combine(Repository.Root, "models", "demo", part);

    private sealed class Sink(VideoWriter writer, List<byte[]> frames) : IFrameSink
    {
        public void Write(ReadOnlySpan<byte> rgb)
        {
            frames.Add(rgb.ToArray());
            writer.Write(rgb);
        }

        public void Complete() => writer.Complete();
        public void Dispose() => writer.Dispose();
    }
}
