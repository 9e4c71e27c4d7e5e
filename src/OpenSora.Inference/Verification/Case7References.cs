using System.Text.Json;
using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Inference.Conditioning;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Verification;

/// <summary>Case 7: the grammar of mask strategies, the frames that they place, and images brought to the size of the clip.</summary>
internal static class Case7References
{
    /// <summary>One level of 8 bits in pixels from -1 to 1 is 2/255; that much an image may be off.</summary>
    private const double OneLevel = 2.0 / 255, ImageTolerance = 0.008;

    /// <summary>A row with a strategy and its groups, <c>result</c> or <c>parsed</c>.</summary>
    public static string? Strategy(JsonElement row)
    {
        string strategy = row.GetProperty("strategy").GetString() ?? "";
        JsonElement outcome = row.TryGetProperty("parsed", out JsonElement parsed) ? JsonSerializer.SerializeToElement(new { result = parsed }) : row;
        return Outcome.Difference(outcome, strategy, () => MaskGroup.Parse(strategy).Select(
            group => new[] { group.Loop, group.Reference, group.ReferenceStart, group.TargetStart, group.Length, group.EditRatio }));
    }

    /// <summary>A row <c>[value, point, max_value, result]</c>.</summary>
    public static string? NearestPoint(JsonElement row)
    {
        long[] numbers = GoldenTable.Numbers(row);
        return MaskStrategy.Nearest((int)numbers[0], (int)numbers[1], (int)numbers[2]) == numbers[3] ? null : row.GetRawText();
    }

    /// <summary>A row <c>[latent frames, outcome]</c>.</summary>
    public static string? FramesOfLatents(JsonElement row) =>
        Outcome.Difference(row[1], row[0].GetRawText(), () => LoopOverlap.FramesOf(row[0].GetInt32()));

    /// <summary>The tensors for the rows of the table of the same name, and a batch of two.</summary>
    public static GoldenResult PlacedFrames(GoldenContext context, string file)
    {
        using DisposeScope scope = NewDisposeScope();
        using GoldenTensors golden = new(file);
        using JsonDocument table = JsonDocument.Parse(File.ReadAllText(Path.ChangeExtension(file, ".json")));
        ErrorOf error = new();
        Tensor[] references = [.. Enumerable.Range(0, int.MaxValue).Select(i => $"ref_{i}").TakeWhile(golden.Has).Select(name => golden[name])];
        foreach (JsonElement row in table.RootElement.EnumerateArray())
        {
            int align = row.GetProperty("align") is { ValueKind: JsonValueKind.Number } given ? given.GetInt32() : 0;
            string index = row.GetProperty("index").GetRawText(), strategy = row.GetProperty("strategy").GetString() ?? "";
            Compare(golden, error, $"mask_{index}", $"z_{index}", 0, golden["z"][0], references, strategy, row.GetProperty("loop_i").GetInt32(), align);
        }
        if (golden.Has("batch2_z"))
        {
            Compare(golden, error, "batch2_mask", "batch2_z", 0, golden["z"][0], references, "0", 0, 5);
            Compare(golden, error, "batch2_mask", "batch2_z", 1, golden["z"][0] * 2, [.. references.Reverse()], "0;0,1,0,-1,1", 0, 5);
        }
        return error.Result(GoldenFiles.Name(context, file), 0);
    }

    /// <summary>The images of the folder at the sizes of the tensors.</summary>
    public static GoldenResult ResizedImages(GoldenContext context, string file)
    {
        using DisposeScope scope = NewDisposeScope();
        using GoldenTensors golden = new(file);
        ErrorOf error = new();
        for (int i = 0; golden.Has($"u8_{i}"); i++)
        {
            Tensor expected = golden[$"u8_{i}"];
            FrameSize size = new((int)expected.shape[0], (int)expected.shape[1]);
            RgbImage image = context.ReadImage(GoldenFiles.Of(context, Path.GetRelativePath(context.Folder, Path.GetDirectoryName(file)!), $"image_{i}.*").First());
            int levels = ResizeCrop.ImageBytes(image, size).Zip(expected.contiguous().bytes.ToArray(), (a, b) => Math.Abs(a - b)).Max();
            error.Add($"u8_{i}", levels * OneLevel);
            error.Add($"pixels_{i}", (ResizeCrop.Image(image, size) - golden[$"pixels_{i}"]).abs().max().ToDouble());
        }
        return error.Result(GoldenFiles.Name(context, file), ImageTolerance);
    }

    private static void Compare(
        GoldenTensors golden, ErrorOf error, string maskName, string name, int sample, Tensor z, IReadOnlyList<Tensor> references, string strategy, int loop, int align)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor placed = z.clone();
        try
        {
            float[] mask = MaskStrategy.Apply(placed, references, strategy, loop, align);
            error.Add(maskName, tensor(mask), golden[maskName][sample]);
            error.Add(name, placed, golden[name][sample]);
        }
        catch (InputException refused)
        {
            error.Add($"{name}: {refused.Message}", double.PositiveInfinity);
        }
    }
}
