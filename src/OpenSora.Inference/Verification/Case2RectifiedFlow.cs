using System.Text.Json;
using OpenSora.Contracts;
using OpenSora.Inference.Sampling;
using OpenSora.Inference.Transformer;
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
    private const string Folder = "case2_rflow";
    private const double Tolerance = 5e-5;

    public static IEnumerable<GoldenResult> Run(GoldenContext context)
    {
        foreach (GoldenResult row in SchedulesOf(context).Concat(TransformsOf(context)))
            yield return row;

        string[] files = [.. GoldenFiles.Of(context, Folder, "*.safetensors")];
        if (files.Length == 0)
            yield break;
        Dictionary<string, SamplerArguments> arguments = ReadJson<Dictionary<string, SamplerArguments>>(Path.Combine(context.Folder, Folder, "cases.json"));
        using var noGrad = no_grad();
        using STDiT3 model = STDiT3Checkpoint.Load(context.Checkpoint("dit"), context.Device, context.Precision);
        foreach (string file in files)
        {
            using DisposeScope scope = NewDisposeScope();
            using GoldenTensors golden = new(file);
            ErrorOf error = new();
            if (arguments.TryGetValue(Path.GetFileNameWithoutExtension(file), out SamplerArguments? sampler))
                new SamplerReplay(model, golden, sampler, error).Run();
            else
                error.Add("the arguments, which cases.json lacks", double.PositiveInfinity);
            yield return error.Result(GoldenFiles.Name(context, file), Tolerance);
        }
    }

    private static IEnumerable<GoldenResult> SchedulesOf(GoldenContext context) =>
        TableOf<ScheduleRow>(context, "schedules.json", row => row.Timesteps.SequenceEqual(
            FlowSchedule.Create(row.Steps, row.Height, row.Width, row.NumFrames, ScalarType.Float32).Timesteps));

    private static IEnumerable<GoldenResult> TransformsOf(GoldenContext context) =>
        TableOf<TransformRow>(context, "timestep_transform.json", row => row.T.Zip(row.Out).All(pair =>
            // Not a number is what the original computes for 2 to 16 frames: nothing to compare with.
            pair.Second is null or float.NaN
            || pair.Second == TimestepTransform.Apply(pair.First, row.Height, row.Width, row.NumFrames, TypeOf(row.Dtype))));

    /// <summary>One result for a table, whose error is the share of rows that differ.</summary>
    private static IEnumerable<GoldenResult> TableOf<T>(GoldenContext context, string name, Func<T, bool> same)
    {
        foreach (string file in GoldenFiles.Of(context, Folder, name))
        {
            T[] rows = ReadJson<T[]>(file);
            int[] different = [.. Enumerable.Range(0, rows.Length).Where(i => !same(rows[i]))];
            string? detail = different.Length == 0 ? null : $"rows {string.Join(", ", different.Take(10))} differ";
            yield return new GoldenResult(GoldenFiles.Name(context, file), (double)different.Length / Math.Max(1, rows.Length), 0, detail);
        }
    }

    private static ScalarType TypeOf(string dtype) => dtype switch
    {
        "fp32" => ScalarType.Float32,
        "bf16" => ScalarType.BFloat16,
        "fp16" => ScalarType.Float16,
        _ => throw new InputException($"dtype {dtype} in a table of timesteps is none of fp32, bf16, fp16"),
    };

    private static T ReadJson<T>(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllBytes(file), Json) ?? throw new JsonException("it holds null");
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            throw new InputException($"cannot read {file}: {e.Message}", e);
        }
    }

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private sealed record ScheduleRow(int Steps, double Height, double Width, double NumFrames, float[] Timesteps);

    private sealed record TransformRow(double Height, double Width, double NumFrames, string Dtype, float[] T, float?[] Out);
}
