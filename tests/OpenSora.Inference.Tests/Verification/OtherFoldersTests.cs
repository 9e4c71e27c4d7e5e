using System.Text.Json.Nodes;
using OpenSora.Inference.Verification;
using OpenSora.TestKit;

namespace OpenSora.Inference.Tests.Verification;

/// <summary>Golden folders of the same layout with other rows in them: each file is a row of its own, whatever is in it.</summary>
public sealed class OtherFoldersTests : IDisposable
{
    private readonly GoldenFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The tables that need no network, with what a row needs to be understood.</summary>
    public static TheoryData<string, string[]> Tables => new()
    {
        { "case2_rflow/schedules.json", ["steps", "height", "width", "num_frames", "timesteps"] },
        { "case2_rflow/timestep_transform.json", ["height", "width", "num_frames", "t", "out"] },
        { "case3_vae/latent_size.json", ["input"] },
        { "case5_sentencepiece/tokens.json", ["text"] },
        { "case6_text_cleaning/cleaning.json", ["text"] },
        { "case7_utils/append_score.json", ["prompt", "result"] },
        { "case7_utils/extract_json.json", ["prompt", "result", "error"] },
        { "case7_utils/image_size.json", ["resolution", "aspect_ratio", "result", "error"] },
        { "case7_utils/mask_strategy.json", ["parsed"] },
        { "case7_utils/multi_resolution_info.json", ["num_frames", "image_size", "result", "error"] },
        { "case7_utils/num_frames.json", ["num_frames", "result", "error"] },
        { "case7_utils/parse_mask_strategy.json", ["result", "error"] },
        { "case7_utils/prompt_segments.json", ["prompt"] },
        { "case7_utils/save_path.json", ["args", "result"] },
    };

    [Theory]
    [MemberData(nameof(Tables))]
    public void Rows_may_be_removed(string table, string[] needed)
    {
        _folder.WithJson(table, rows =>
        {
            for (int i = rows.AsArray().Count - 1; i >= 0; i -= 2)
                rows.AsArray().RemoveAt(i);
        });
        Assert.NotEmpty(needed);
        Assert.True(_folder.Row().Ok, _folder.Row().ToString());
    }

    /// <summary>Without a key that it needs a row is told by its number; without another one, the rest of it is compared.</summary>
    [Theory]
    [MemberData(nameof(Tables))]
    public void A_row_without_a_key_is_compared_or_told(string table, string[] needed)
    {
        JsonObject first = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Golden, table)))!.AsArray()[0]!.AsObject();
        foreach (string key in first.Select(field => field.Key))
        {
            using GoldenFolder folder = new();
            GoldenResult row = folder.WithJson(table, rows => rows[0]!.AsObject().Remove(key)).Row();
            if (needed.Contains(key))
                Assert.True(!row.Ok && row.Detail!.StartsWith("1 of", StringComparison.Ordinal) && row.Detail.Contains("row 0 (", StringComparison.Ordinal), $"{key}: {row}");
            else
                Assert.True(row.Ok || row.Detail!.StartsWith("1 of", StringComparison.Ordinal), $"{key}: {row}");
        }
    }

    /// <summary>What a row is to give may be missing, as long as one thing is left.</summary>
    [Theory]
    [InlineData("case3_vae/latent_size.json", new[] { "pipeline", "spatial", "temporal" })]
    [InlineData("case5_sentencepiece/tokens.json", new[] { "sp_ids", "sp_pieces", "ids", "padded", "mask" })]
    [InlineData("case6_text_cleaning/cleaning.json", new[] { "clean_caption", "text_preprocessing", "basic_clean", "no_preprocessing" })]
    [InlineData("case7_utils/prompt_segments.json", new[] { "split", "merged", "merged_cleaned", "loops" })]
    public void One_result_of_a_row_is_enough(string table, string[] results)
    {
        foreach (string only in results)
        {
            using GoldenFolder one = new();
            Assert.True(one.WithJson(table, rows => Keep(rows, only)).Row().Ok, only);
        }
        GoldenResult none = _folder.WithJson(table, rows => Keep(rows, "none")).Row();
        Assert.False(none.Ok);
        Assert.Contains("cannot be read", none.Detail);

        void Keep(JsonNode rows, string only)
        {
            foreach (JsonNode? row in rows.AsArray())
                foreach (string result in results.Where(result => result != only))
                    row!.AsObject().Remove(result);
        }
    }

    [Theory]
    [InlineData("case5_sentencepiece/tokens.json", "text", 1.5)]
    [InlineData("case7_utils/image_size.json", "resolution", null)]
    [InlineData("case7_utils/num_frames.json", "result", "51")]
    [InlineData("case2_rflow/schedules.json", "timesteps", "none")]
    public void A_value_of_another_kind_is_told(string table, string key, object? value)
    {
        GoldenResult row = _folder.WithJson(table, rows => rows[0]![key] = JsonValue.Create(value)).Row();
        Assert.False(row.Ok);
        Assert.StartsWith("1 of", row.Detail);
    }

    [Theory]
    [InlineData("[", "case5_sentencepiece/tokens.json")]
    [InlineData("{}", "case6_text_cleaning/cleaning.json")]
    [InlineData("[]", "case7_utils/image_size.json")]
    [InlineData("[1, 2]", "case7_utils/find_nearest_point.json")]
    [InlineData("", "case2_rflow/schedules.json")]
    public void A_table_that_is_none_fails_by_name(string content, string table)
    {
        File.WriteAllText(_folder.At(table), content);
        GoldenResult row = _folder.Row();
        Assert.Equal((table, false), (row.Name, row.Ok));
        Assert.NotEmpty(row.Detail!);
    }

    [Fact]
    public void A_vocabulary_may_lack_pieces_and_not_mix_them_up()
    {
        const string table = "case5_sentencepiece/vocab.json";
        Assert.True(_folder.WithJson(table, rows => rows.AsArray().RemoveAt(7)).Row().Ok);
        using GoldenFolder mixed = new();
        Assert.False(mixed.WithJson(table, rows => (rows[7], rows[8]) = (rows[8]!.DeepClone(), rows[7]!.DeepClone())).Row().Ok);
    }

    [Fact]
    public void What_nothing_compares_fails_by_name()
    {
        _folder.With("case7_utils/save_path.json", "case7_utils/image_0.png");
        File.WriteAllText(_folder.At("case7_utils/README.md"), "notes are no rows");
        File.WriteAllText(_folder.At("case7_utils/new_function.json"), "[]");
        File.WriteAllText(_folder.At("case10_audio/waves.json"), "[]");
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.At("case4_t5/none"))!);
        GoldenResult[] rows = _folder.Verify();
        Assert.Equal(["case7_utils/save_path.json", "case10_audio", "case4_t5", "case7_utils/new_function.json"], rows.Select(row => row.Name));
        Assert.Equal([true, false, false, false], rows.Select(row => row.Ok));
        Assert.Contains("1 files", rows[1].Detail);
        Assert.Contains("empty", rows[2].Detail);
        Assert.Contains("no check reads", rows[3].Detail);
    }

    [Fact]
    public void Tables_beside_tensors_are_theirs()
    {
        _folder.With("case4_t5/relative_bias.safetensors");
        File.WriteAllText(_folder.At("case4_t5/relative_bias.json"), """{"how": "it was made"}""");
        Assert.True(_folder.Row().Ok);
    }

    [Fact]
    public void A_folder_without_checkpoints_fails_row_by_row()
    {
        Directory.Delete(_folder.At("checkpoints"));
        GoldenResult[] rows = _folder.With("case4_t5/padded.safetensors", "case5_sentencepiece/vocab.json", "case7_utils/dframe.json").Verify();
        Assert.Equal([false, false, true], rows.Select(row => row.Ok));
        Assert.All(rows[..2], row => Assert.Contains("t5", row.Detail));
    }
}
