using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Generation;
using OpenSora.Inference.Sampling;
using OpenSora.Inference.Stages;
using OpenSora.Prompts.Plans;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Verification;

/// <summary>
/// Case 9: whole generations through <see cref="OneRankGeneration"/>, from the prompt and the seed to the bytes of the frames. A
/// JSON file has the arguments; a file of the same name has the tensors, unless the original stops with an <c>error</c>.
/// </summary>
public static partial class Case9EndToEnd
{
    private const string Folder = "case9_e2e";

    /// <summary>What each kind of tensor may differ by; a row tells the one that is nearest to its limit.</summary>
    private static readonly (string Ending, double Tolerance)[] Tolerances =
    [
        ("_timesteps", 0), ("_masks", 0), ("_input_ids", 0), ("_z", 2e-6), ("_step_noise", 2e-6), ("_y", 2e-5),
        ("_z_masked", 1e-4), ("_latents", 1e-4), ("_decoded", 2e-4),
    ];

    private const double ReferenceTolerance = 1e-4, ShareOfBytes = FrameBytesError.Tolerance;

    public static IEnumerable<GoldenResult> Run(GoldenContext context)
    {
        string[] tensors = [.. GoldenFiles.Of(context, Folder, "*.safetensors")];
        IEnumerable<string> alone = GoldenFiles.Of(context, Folder, "*.json").Where(file => !tensors.Contains(Path.ChangeExtension(file, ".safetensors")));
        return GoldenFiles.Compare(context, tensors.Concat(alone), file => Compare(context, file));
    }

    private static GoldenResult Compare(GoldenContext context, string file)
    {
        string name = GoldenFiles.Name(context, file);
        using DisposeScope scope = NewDisposeScope();
        using JsonDocument arguments = JsonDocument.Parse(File.ReadAllBytes(Path.ChangeExtension(file, ".json")));
        JsonElement run = arguments.RootElement;
        GenerationRequest request = GoldenRequest.Read(context, run);
        using Models models = Models.Open(request.Models, request, context.Device, context.Precision, context.Units);
        if (run.Find("error") is not null)
            return Refused(name, request, models, Open);

        GenerationPlan plan = new(request);
        if (plan.Settings is { Loops: > 1 } settings && plan.Settings.Clip.Frames <= settings.Overlap)
            return new GoldenResult(name, 0, ShareOfBytes, OnPurpose: OnPurpose.ShortLoop);
        VideoBatch batch = plan.Batches().Single();
        Recorder recorder = new();
        IReadOnlyList<MemoryStream> frames = Generate(models, request, batch, Open, recorder);

        using GoldenTensors golden = new(file);
        bool isShort = OnPurpose.IsShort(plan.Settings.Clip.Frames);
        NearestTensor nearest = new();
        foreach (string tensor in golden.Names.Where(tensor => !Inputs().IsMatch(tensor) && !(isShort && OfTimesteps().IsMatch(tensor))))
            Compare(tensor, golden[tensor], recorder, frames, nearest);
        foreach ((int loop, JsonElement expected) in run.Items("loops").Index())
        {
            bool same = GoldenTable.Texts(expected.Field("prompts")).SequenceEqual(batch.Videos.Select(video => video.Prompts[loop]));
            nearest.Add($"prompts of loop {loop}", same ? 0 : double.PositiveInfinity, 0);
        }
        return nearest.Result(name, isShort ? OnPurpose.ShortClip : null);

        ReferenceFile Open(string path) => ReferenceFile.Open(context.Files, Path.Combine(Path.GetDirectoryName(file)!, path), CancellationToken.None);
    }

    private static void Compare(string name, Tensor golden, Recorder recorder, IReadOnlyList<MemoryStream> made, NearestTensor nearest)
    {
        if (Frames().Match(name) is { Success: true } frames)
        {
            int video = int.Parse(frames.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            nearest.Add(name, video < made.Count ? FrameBytesError.Between(made[video].ToArray(), golden.contiguous().bytes.ToArray()) : double.PositiveInfinity, ShareOfBytes);
            return;
        }
        (Tensor ours, Tensor expected) = recorder.Tensor(name, golden);
        double tolerance = Tolerances.Where(kind => name.EndsWith(kind.Ending, StringComparison.Ordinal)).Select(kind => kind.Tolerance).FirstOrDefault(ReferenceTolerance);
        nearest.Add(name, ErrorOf.Between(ours, expected), tolerance);
    }

    /// <summary>What stops the original must be refused.</summary>
    private static GoldenResult Refused(string name, GenerationRequest request, Models models, Func<string, ReferenceFile> open)
    {
        foreach (Network network in Enum.GetValues<Network>())
            models.Load(network);
        try
        {
            GenerationRules.Check(request);
            GenerationPlan plan = new(request);
            plan.Check();
            Generate(models, request, plan.Batches().Single(), open, new Recorder());
        }
        catch (InputException)
        {
            return new GoldenResult(name, 0, 0);
        }
        return GoldenResult.Unreadable(name, "the original stops at it, and here it makes a video");
    }

    /// <returns>Of each video its frames, one after the other.</returns>
    private static IReadOnlyList<MemoryStream> Generate(
        Models models, GenerationRequest request, VideoBatch batch, Func<string, ReferenceFile> open, Recorder recorder)
    {
        using NoiseSource noise = new(request.Seed);
        MemoryStream[] frames = [.. batch.Videos.Select(_ => new MemoryStream())];
        using Tensor latents = new OneRankGeneration(models, noise) { Trace = recorder.Add }.Run(
            batch, open, (video, frame) => frames[video].Write(frame.Span), CancellationToken.None);
        return frames;
    }

    /// <summary>What the original drew or read, which other tensors show.</summary>
    [GeneratedRegex("^draw_|_y_mask$|^ref_pixels_")]
    private static partial Regex Inputs();

    /// <summary>What follows from timesteps.</summary>
    [GeneratedRegex("_(timesteps|step_noise|latents|decoded)$|^loop[0-9]+_ref_latent|^loop[1-9][0-9]*_z_masked|^frames_")]
    private static partial Regex OfTimesteps();

    [GeneratedRegex("^frames_u8_([0-9]+)$")]
    private static partial Regex Frames();
}
