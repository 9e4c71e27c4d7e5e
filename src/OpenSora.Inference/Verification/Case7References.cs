using System.Text.Json;
using System.Text.RegularExpressions;
using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Inference.Conditioning;
using OpenSora.Layout.Clips;
using OpenSora.Prompts.Masks;
using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Verification;

/// <summary>Case 7: the grammar of mask strategies, the frames that they place, and images brought to the size of the clip.</summary>
internal static partial class Case7References
{
    /// <summary>One level of 8 bits in pixels from -1 to 1 is 2/255; that much an image may be off.</summary>
    private const double OneLevel = 2.0 / 255, ImageTolerance = 0.008;

    /// <summary>Before the name of the tensors in the name of a table: <c>batch2_of_mask_strategy.json</c> is about <c>batch2_…</c>.</summary>
    private const string Of = "_of_";

    /// <summary>The tensors that a table is about, by its name.</summary>
    public static string TableOf(string name) => name[(name.IndexOf(Of, StringComparison.Ordinal) is var at && at < 0 ? 0 : at + Of.Length)..];

    /// <summary>A row with a strategy and its groups, <c>result</c> or <c>parsed</c>.</summary>
    public static Difference? Strategy(JsonElement row)
    {
        string strategy = row.Words("strategy");
        JsonElement outcome = row.Find("parsed") is { } parsed ? JsonSerializer.SerializeToElement(new { result = parsed }) : row;
        // What stops the original may be what it does with the groups: the tensors of that number tell.
        if (row.Find("index") is not null && row.Find("error") is not null)
            return null;
        string? different = Outcome.Difference(outcome, strategy, () => MaskGroup.Parse(strategy).Select(
            group => new[] { group.Loop, group.Reference, group.ReferenceStart, group.TargetStart, group.Length, group.EditRatio }));
        return different is null ? null : new Difference(different, strategy.Split(';').Any(OnPurpose.HasOddRatio) ? OnPurpose.EditRatio : null);
    }

    /// <summary>A row <c>[value, point, max_value, result]</c>.</summary>
    public static Difference? NearestPoint(JsonElement row)
    {
        long[] numbers = GoldenTable.Numbers(row);
        return numbers.Length != 4 ? throw new InputException("it is not [value, point, max_value, result]")
            : MaskStrategy.Nearest((int)numbers[0], (int)numbers[1], (int)numbers[2]) == numbers[3] ? null : row.GetRawText();
    }

    /// <summary>A row <c>[latent frames, outcome]</c>.</summary>
    public static Difference? FramesOfLatents(JsonElement row) =>
        Outcome.Difference(row[1], row[0].GetRawText(), () => LoopOverlap.FramesOf(row[0].GetInt32()));

    /// <summary>The tensors for the rows of the table of the same name, and batches by tables of their own.</summary>
    public static GoldenResult PlacedFrames(GoldenContext context, string file)
    {
        using DisposeScope scope = NewDisposeScope();
        using GoldenTensors golden = new(file);
        string folder = Path.GetDirectoryName(file)!, tensors = Path.GetFileNameWithoutExtension(file);
        PlacedReferences placed = new(golden);
        using (JsonDocument table = JsonDocument.Parse(File.ReadAllBytes(Path.ChangeExtension(file, ".json"))))
            foreach (JsonElement row in table.RootElement.EnumerateArray())
                placed.CompareRow(row);
        foreach (string name in Directory.EnumerateFiles(folder, $"*{Of}{tensors}.json").Order(StringComparer.Ordinal))
            using (JsonDocument table = JsonDocument.Parse(File.ReadAllBytes(name)))
                placed.CompareBatch(Path.GetFileName(name)[..^$"{Of}{tensors}.json".Length], table.RootElement);
        return placed.Result(GoldenFiles.Name(context, file));
    }

    /// <summary>The images of the folder at the sizes of the tensors.</summary>
    public static GoldenResult ResizedImages(GoldenContext context, string file)
    {
        using DisposeScope scope = NewDisposeScope();
        using GoldenTensors golden = new(file);
        ErrorOf error = new();
        foreach (string name in golden.Names)
        {
            if (Image().Match(name) is not { Success: true } match)
                continue;
            Tensor expected = golden[name];
            bool bytes = match.Groups[1].Value == "u8";
            FrameSize size = bytes ? new((int)expected.shape[0], (int)expected.shape[1]) : new((int)expected.shape[2], (int)expected.shape[3]);
            RgbImage image = context.Files.Read(ImageFile(file, match.Groups[2].Value), CancellationToken.None).First();
            error.Add(name, bytes
                ? OneLevel * ImageCover.Of(image, size).Zip(expected.contiguous().bytes.ToArray(), (a, b) => Math.Abs(a - b)).Max()
                : (ResizeCrop.Image(image, size) - expected).abs().max().Value());
        }
        return error.Result(GoldenFiles.Name(context, file), ImageTolerance);
    }

    private static string ImageFile(string file, string number) =>
        Directory.EnumerateFiles(Path.GetDirectoryName(file)!, $"image_{number}.*").Order(StringComparer.Ordinal).FirstOrDefault()
        ?? throw new InputException($"image_{number} beside it is missing");

    [GeneratedRegex("^(u8|pixels)_([0-9]+)$")]
    private static partial Regex Image();
}
