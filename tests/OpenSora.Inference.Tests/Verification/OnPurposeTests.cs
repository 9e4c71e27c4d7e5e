using System.Text.Json.Nodes;
using OpenSora.Inference.Verification;

namespace OpenSora.Inference.Tests.Verification;

/// <summary>Where we differ on purpose, rows say so and do not fail; what else is wrong with them does.</summary>
public sealed class OnPurposeTests : IDisposable
{
    private readonly GoldenFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Timesteps_of_2_to_16_frames()
    {
        GoldenResult[] rows = _folder
            .WithJson("case2_rflow/schedules.json", rows =>
            {
                rows[0]!["num_frames"] = 9;
                rows[0]!["timesteps"]![0] = null;
            })
            .WithJson("case2_rflow/timestep_transform.json", rows =>
            {
                foreach (int frames in new[] { 2, 16 })
                {
                    rows[frames]!["num_frames"] = frames;
                    rows[frames]!["out"]![0] = null;
                }
            }).Verify();
        Assert.All(rows, row => Assert.True(row.Ok, row.ToString()));
        Assert.StartsWith("1 of", rows[0].OnPurpose);
        Assert.StartsWith("2 of", rows[1].OnPurpose);
        Assert.All(rows, row => Assert.Contains("2 to 16 frames", row.OnPurpose));
    }

    [Fact]
    public void Timesteps_of_other_lengths_must_be_equal()
    {
        GoldenResult row = _folder.WithJson("case2_rflow/schedules.json", rows => rows[0]!["timesteps"]![0] = null).Row();
        Assert.False(row.Ok);
        Assert.Null(row.OnPurpose);
    }

    [Fact]
    public void Samples_of_2_to_16_frames()
    {
        GoldenResult row = _folder.With("case2_rflow/cases.json").WithTensors("case2_rflow/t2v_5.safetensors", tensors =>
        {
            tensors["arg_num_frames"].fill_(9);
            tensors["samples"].fill_(float.NaN);
        }).Row();
        Assert.True(row.Ok, row.ToString());
        Assert.Contains("2 to 16 frames", row.OnPurpose);
    }

    /// <summary>A prompt's tokens do not follow from the length of the clip.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_generation_of_2_to_16_frames(bool sameTokens)
    {
        const string name = "case9_e2e/t2v_17f_48x80_4";
        GoldenResult row = _folder.WithJson($"{name}.json", run => run["num_frames"] = 13).WithTensors($"{name}.safetensors", tensors =>
        {
            foreach (string other in tensors.Keys.Where(key => key is not ("loop0_input_ids" or "loop0_y" or "loop0_latents")))
                tensors.Remove(other);
            tensors["loop0_latents"].fill_(float.NaN);
            if (!sameTokens)
                tensors["loop0_input_ids"].add_(1);
        }).Row();
        Assert.Equal(sameTokens, row.Ok);
        Assert.Contains("2 to 16 frames", row.OnPurpose);
    }

    [Fact]
    public void A_clip_that_cannot_be_continued()
    {
        GoldenResult row = _folder.With("case9_e2e/loop2_34f_32x32_4.safetensors").WithJson("case9_e2e/loop2_34f_32x32_4.json", run => run["num_frames"] = 17).Row();
        Assert.True(row.Ok);
        Assert.Contains("overlap", row.OnPurpose);
    }

    [Fact]
    public void A_prompt_that_is_no_name_of_a_file()
    {
        GoldenResult row = _folder.WithJson("case7_utils/save_path.json", rows =>
        {
            rows[3]!["args"]!["prompt"] = "a/b";
            rows[3]!["result"] = "o/a/b";
        }).Row();
        Assert.True(row.Ok);
        Assert.StartsWith("1 of", row.OnPurpose);
    }

    [Fact]
    public void A_text_that_stops_the_original()
    {
        GoldenResult row = _folder.WithJson("case6_text_cleaning/cleaning.json", rows =>
            rows.AsArray().Add(new JsonObject { ["text"] = "a <![foo[ b", ["error"] = "AssertionError" })).Row();
        Assert.True(row.Ok);
        Assert.Contains("stops", row.OnPurpose);
    }

    [Fact]
    public void Tokens_in_another_order_that_is_as_likely()
    {
        JsonNode Row(params int[] ids) => new JsonObject { ["text"] = "pmtlxjdwlrglllkx", ["sp_ids"] = new JsonArray([.. ids.Select(id => JsonValue.Create(id))]) };
        GoldenResult row = _folder.WithJson("case5_sentencepiece/tokens.json", rows =>
            rows.AsArray().Add(Row(3, 31, 46, 13, 32, 172, 296, 14, 80, 32, 25, 39, 207, 32, 57, 172))).Row();
        Assert.True(row.Ok);
        Assert.Contains("as likely", row.OnPurpose);

        using GoldenFolder other = new();
        Assert.False(other.WithJson("case5_sentencepiece/tokens.json", rows => rows.AsArray().Add(Row(3, 31))).Row().Ok);
    }
}
