using System.Text.Json.Nodes;
using OpenSora.Inference.Verification;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Verification;

/// <summary>Case 9 with other arguments.</summary>
public sealed class Case9RowsTests : IDisposable
{
    private const string Video = "case9_e2e/i2v_17f_48x80_4";

    private readonly GoldenFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_reference_in_the_prompt_lies_beside_the_case()
    {
        _folder.With($"{Video}.safetensors").WithJson($"{Video}.json", run =>
        {
            run["prompts"]![0] = "neon signs reflected in puddles{\"reference_path\": \"pictures/ref.png\", \"mask_strategy\": \"0\"}";
            run["reference_path"] = new JsonArray((JsonNode?)null);
            run.AsObject().Remove("mask_strategy");
        });
        GoldenResult missing = _folder.Row();
        Assert.False(missing.Ok);
        Assert.Contains("pictures/ref.png", missing.Detail);

        File.Copy(Path.Combine(Networks.Golden.Folder, "case9_e2e", "ref_a.png"), _folder.At("case9_e2e/pictures/ref.png"));
        Assert.True(_folder.Row().Ok, _folder.Row().ToString());
    }

    [Fact]
    public void What_is_not_told_is_the_originals_default()
    {
        string[] usual = ["seed", "fps", "cfg_scale", "aes", "flow", "camera_motion", "loop", "condition_frame_length", "condition_frame_edit", "align", "micro_frame_size", "micro_batch_size", "loops"];
        _folder.With("case9_e2e/ref_a.png", $"{Video}.safetensors").WithJson($"{Video}.json", run =>
        {
            foreach (string name in usual)
                run.AsObject().Remove(name);
        });
        Assert.True(_folder.Row().Ok, _folder.Row().ToString());
    }

    [Theory]
    [InlineData("loop7_latents", "loop7_latents")]
    [InlineData("frames_u8_3", "frames_u8_3")]
    [InlineData("unheard_of", "unheard_of")]
    public void A_tensor_that_no_generation_has_is_told(string name, string expected)
    {
        _folder.With($"case9_e2e/ref_a.png", $"{Video}.json").WithTensors($"{Video}.safetensors", tensors => tensors[name] = zeros(1));
        GoldenResult row = _folder.Row();
        Assert.False(row.Ok);
        Assert.Contains(expected, row.Detail);
    }

    [Fact]
    public void Arguments_or_tensors_alone_are_told()
    {
        Assert.False(_folder.With($"{Video}.json").Row().Ok);
        using GoldenFolder tensors = new();
        GoldenResult row = tensors.With($"{Video}.safetensors").Row();
        Assert.False(row.Ok);
        Assert.Contains(".json", row.Detail);
    }

    [Theory]
    [InlineData("no such mask", false, true)]
    [InlineData("0", false, false)]
    [InlineData("0", true, true)]
    public void What_stops_the_original_is_to_be_refused(string strategy, bool withoutReference, bool ok)
    {
        _folder.With("case9_e2e/ref_a.png").WithJson($"{Video}.json", run =>
        {
            run["error"] = "ValueError";
            run["mask_strategy"]![0] = strategy;
            if (withoutReference)
                run["reference_path"]![0] = "";
        });
        Assert.Equal((ok, $"{Video}.json"), (_folder.Row().Ok, _folder.Row().Name));
    }
}
