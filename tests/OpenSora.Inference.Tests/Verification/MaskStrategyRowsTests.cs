using System.Text.Json.Nodes;
using OpenSora.Inference.Verification;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Verification;

/// <summary>Case 7, references in the noise: what is special about rows and batches lies in their tables.</summary>
public sealed class MaskStrategyRowsTests : IDisposable
{
    private const string Table = "case7_utils/mask_strategy.json", Tensors = "case7_utils/mask_strategy.safetensors";
    private const string Batch = "case7_utils/batch2_of_mask_strategy.json";

    private readonly GoldenFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Batches of other strategies, made of the rows 36 (0,0,0,3,4,0.5), 42 (0,0,2,-3,2) and 48 (0,1,0,7,5,0.25).</summary>
    [Theory]
    [InlineData("batch2", new[] { 36, 42 })]
    [InlineData("batch3", new[] { 48, 36, 42 })]
    public void Batches_have_the_strategies_of_their_table(string name, int[] rows)
    {
        string[] strategies = [.. rows.Select(row => row switch { 36 => "0,0,0,3,4,0.5", 42 => "0,0,2,-3,2", _ => "0,1,0,7,5,0.25" })];
        _folder.With(Table).WithTensors(Tensors, tensors =>
        {
            tensors.Remove("batch2_z");
            tensors.Remove("batch2_mask");
            tensors[$"{name}_z"] = cat([.. rows.Select(row => tensors[$"z_{row}"])], 0);
            tensors[$"{name}_mask"] = cat([.. rows.Select(row => tensors[$"mask_{row}"])], 0);
        });
        GoldenResult without = _folder.Verify().Single(row => row.Name == Tensors);
        Assert.False(without.Ok);
        Assert.Contains($"{name}_of_", without.Detail);

        Write(strategies);
        Assert.All(_folder.Verify(), row => Assert.True(row.Ok, row.ToString()));
        Write([.. strategies.Reverse()]);
        Assert.False(_folder.Verify().Single(row => row.Name == Tensors).Ok);

        void Write(string[] own) => File.WriteAllText(
            _folder.At($"case7_utils/{name}_of_mask_strategy.json"), new JsonObject { ["strategies"] = new JsonArray([.. own.Select(one => JsonValue.Create(one))]) }.ToJsonString());
    }

    [Fact]
    public void A_batch_has_its_own_scales_and_references()
    {
        _folder.With(Table, Tensors).WithJson(Batch, table => table["scales"]![1] = 3);
        Assert.False(_folder.Verify().Single(row => row.Name == Tensors).Ok);
    }

    [Fact]
    public void What_stops_the_original_is_to_be_refused()
    {
        _folder.With(Batch).WithTensors(Tensors, tensors => Without(tensors, 12, 18)).WithJson(Table, rows =>
        {
            Stop(rows[12]!, "0,7");
            Stop(rows[18]!, "0,0,0,0,1,0,9");
        });
        Assert.All(_folder.Verify(), row => Assert.True(row.Ok && row.OnPurpose is null, row.ToString()));

        using GoldenFolder accepted = new();
        accepted.With(Batch).WithTensors(Tensors, tensors => Without(tensors, 12)).WithJson(Table, rows => Stop(rows[12]!, "0"));
        Assert.False(accepted.Verify().Single(row => row.Name == Tensors).Ok);
    }

    /// <summary>The original passes over a group without frames, and takes any edit ratio.</summary>
    [Fact]
    public void What_is_refused_on_purpose_does_not_fail()
    {
        _folder.With(Batch, Tensors).WithJson(Table, rows => rows[36]!["strategy"] = "0,0,0,3,4,0.5;0,0,0,0,0,0");
        GoldenResult empty = _folder.Verify().Single(row => row.Name == Tensors);
        Assert.True(empty.Ok, empty.ToString());
        Assert.Contains("places nothing", empty.OnPurpose);

        using GoldenFolder other = new();
        other.With(Batch, Tensors).WithJson(Table, rows => rows[36]!["strategy"] = "0,0,0,3,4,0.25;0,0,0,0,0,0");
        Assert.False(other.Verify().Single(row => row.Name == Tensors).Ok);

        using GoldenFolder ratio = new();
        GoldenResult parsed = ratio.WithJson(Table, rows =>
        {
            rows[36]!["strategy"] = "0,0,0,3,4,1.5";
            rows[36]!["parsed"]![0]![5] = 1.5;
        }).Row();
        Assert.True(parsed.Ok, parsed.ToString());
        Assert.Contains("edit ratio", parsed.OnPurpose);
    }

    private static void Stop(JsonNode row, string strategy)
    {
        row.AsObject().Remove("parsed");
        row.AsObject().Remove("align");
        row["strategy"] = strategy;
        row["error"] = "IndexError";
    }

    private static void Without(Dictionary<string, Tensor> tensors, params ReadOnlySpan<int> rows)
    {
        foreach (int row in rows)
        {
            tensors.Remove($"z_{row}");
            tensors.Remove($"mask_{row}");
        }
    }
}
