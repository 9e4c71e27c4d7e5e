using OpenSora.Layout.Units;
using System.Security.Cryptography;
using OpenSora.Contracts.Generation;
using OpenSora.Inference;
using OpenSora.Inference.Sampling;
using OpenSora.Inference.Stages;
using OpenSora.Prompts.Plans;
using OpenSora.TestKit;
using OpenSora.Torch;
using OpenSora.Video;
using OpenSora.Video.Reading;
using OpenSora.Video.Writing;
using static TorchSharp.torch;

namespace OpenSora.Card.Tests;

/// <summary>The demo model in this process, on one rank, its frames kept beside the files.</summary>
internal sealed class DemoGeneration(GenerationRequest request) : IDisposable
{
    /// <summary>One thread, as the cards of these tests have: last bits depend on it.</summary>
    static DemoGeneration() => TorchEnvironment.Initialize(1);

    private readonly string _folder = Directory.CreateTempSubdirectory("opensora-test").FullName;
    private readonly Models _models = Models.Open(
        new ModelFolders { Dit = Demo("dit"), T5 = Demo("t5"), Vae2d = Demo("vae2d"), Vae3d = Demo("vae3d") },
        request, CPU, new Precision(request.Dtype == "fp32" ? ScalarType.Float32 : ScalarType.BFloat16, ScalarType.Float32), UnitSize.Processor);

    /// <summary>The frames of each file, as they were handed to the encoder.</summary>
    public Dictionary<string, List<byte[]>> Frames { get; } = [];

    public IReadOnlyList<SampleReport> Run(CancellationToken cancel = default)
    {
        using NoiseSource noise = new(request.Seed);
        GenerationPlan plan = new(request with { SaveDir = _folder });
        plan.Check();
        return [.. plan.Batches().SelectMany(batch => Run(batch, noise, cancel))];
    }

    private IReadOnlyList<SampleReport> Run(VideoBatch batch, NoiseSource noise, CancellationToken cancel)
    {
        VideoWriter[] writers = [.. batch.Videos.Select(video => new VideoWriter(video.File, batch.Settings.Clip.Output, new FrameRate(24), cancel: cancel))];
        try
        {
            foreach (PlannedVideo video in batch.Videos)
                Frames[video.File] = [];
            using Tensor latents = new OneRankGeneration(_models, noise).Run(
                batch, path => new ReferenceFile(MediaKinds.Of(path) == MediaKind.Video, FrameReader.Read(path).Count(), FrameReader.Read(path)), Write, cancel);
            return [.. batch.Videos.Select((video, i) => Complete(video, writers[i], latents[i]))];
        }
        finally
        {
            foreach (VideoWriter writer in writers)
                writer.Dispose();
        }

        void Write(int video, ReadOnlyMemory<byte> frame)
        {
            Frames[batch.Videos[video].File].Add(frame.ToArray());
            writers[video].Write(frame.Span);
        }
    }

    private SampleReport Complete(PlannedVideo video, VideoWriter writer, Tensor latent)
    {
        using Tensor own = latent.contiguous();
        latent.Dispose();
        writer.Complete();
        List<byte[]> frames = Frames[video.File];
        return new SampleReport(video.File, video.Prompts[0], frames.Count, new GenerationHashes(
            Convert.ToHexStringLower(SHA256.HashData(own.bytes)), Convert.ToHexStringLower(SHA256.HashData([.. frames.SelectMany(frame => frame)]))));
    }

    public void Dispose()
    {
        _models.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string Demo(string part) => Path.Combine(Repository.Root, "models", "demo", part);
}
