using System.Text.Json;
using OpenSora.Contracts;
using OpenSora.Inference.Sampling;
using OpenSora.Inference.Transformer;
using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Verification;

/// <summary>
/// Case 2: the sampler on the small network. A tensor file holds the latents before and after, the prompt, the noise drawn
/// in each step, and what the network was given; <c>cases.json</c> holds the sampler's arguments by file. Two tables hold
/// timesteps alone.
/// </summary>
public static class Case2RectifiedFlow
{
    /// <summary>The table of the sampler's arguments, without its extension.</summary>
    internal const string Arguments = "cases";

    private const string Folder = "case2_rflow";
    private const double Tolerance = 5e-5;

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static IEnumerable<GoldenResult> Run(GoldenContext context)
    {
        using Loaded<STDiT3> model = new(() => STDiT3Checkpoint.Load(context.Checkpoint("dit"), context.Device, context.Precision));
        foreach (GoldenResult row in GoldenTable.Compare(context, Folder, "schedules*.json", 0, Schedule)
            .Concat(GoldenTable.Compare(context, Folder, "timestep_transform*.json", 0, Transform))
            .Concat(GoldenFiles.Compare(context, Folder, "*.safetensors", file => Sample(context, model.Value, file))))
            yield return row;
    }

    private static GoldenResult Sample(GoldenContext context, STDiT3 model, string file)
    {
        using var noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using GoldenTensors golden = new(file);
        SamplerArguments arguments = ArgumentsOf(file);
        ErrorOf error = new();
        if (arguments.UseTimestepTransform && OnPurpose.IsShort(golden["arg_num_frames"][0].Value()))
            return error.Result(GoldenFiles.Name(context, file), Tolerance, OnPurpose.ShortClip);
        new SamplerReplay(model, context.Units, golden, arguments, error).Run();
        return error.Result(GoldenFiles.Name(context, file), Tolerance);
    }

    private static SamplerArguments ArgumentsOf(string file)
    {
        string table = Path.Combine(Path.GetDirectoryName(file)!, $"{Arguments}.json"), name = Path.GetFileNameWithoutExtension(file);
        using JsonDocument all = JsonDocument.Parse(File.ReadAllBytes(table));
        return all.RootElement.Find(name)?.Deserialize<SamplerArguments>(Json)
            ?? throw new InputException($"{Arguments}.json beside it has no sampler's arguments for '{name}'");
    }

    /// <summary>A row with a size, a number of frames and of steps, and the timesteps that come of them.</summary>
    private static Difference? Schedule(JsonElement row)
    {
        Clip clip = Clip.Of(row);
        int steps = row.Field("steps").GetInt32();
        IReadOnlyList<float> ours = FlowSchedule.Create(steps, clip.Height, clip.Width, clip.Frames, ScalarType.Float32).Timesteps;
        return Timesteps(row.Field("timesteps")).SequenceEqual(ours) ? null : clip.Differs($"{steps} steps");
    }

    /// <summary>A row with a size, a number of frames, a type of number, and timesteps before and after.</summary>
    private static Difference? Transform(JsonElement row)
    {
        Clip clip = Clip.Of(row);
        ScalarType type = row.Words("dtype", "fp32") switch
        {
            "fp32" => ScalarType.Float32,
            "bf16" => ScalarType.BFloat16,
            "fp16" => ScalarType.Float16,
            var other => throw new InputException($"its dtype '{other}' is none of fp32, bf16, fp16"),
        };
        IEnumerable<float> ours = Timesteps(row.Field("t")).Select(t => TimestepTransform.Apply(t, clip.Height, clip.Width, clip.Frames, type));
        return Timesteps(row.Field("out")).SequenceEqual(ours) ? null : clip.Differs($"{type}");
    }

    /// <summary>What is not a number is null in JSON.</summary>
    private static float[] Timesteps(JsonElement list) =>
        [.. list.EnumerateArray().Select(value => value.ValueKind == JsonValueKind.Number ? value.GetSingle() : float.NaN)];

    private sealed record Clip(double Height, double Width, double Frames)
    {
        public static Clip Of(JsonElement row) => new(row.Field("height").GetDouble(), row.Field("width").GetDouble(), row.Field("num_frames").GetDouble());

        public Difference Differs(string how) => new($"{Height}x{Width}, {Frames} frames, {how}", OnPurpose.IsShort(Frames) ? OnPurpose.ShortClip : null);
    }
}
