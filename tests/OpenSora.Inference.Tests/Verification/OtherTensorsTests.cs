using OpenSora.Inference.Verification;
using OpenSora.TestKit;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Verification;

/// <summary>Tensor files of golden folders with other contents.</summary>
public sealed class OtherTensorsTests : IDisposable
{
    private readonly GoldenFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>A file of each kind and what it cannot do without. Masks are passed over: without one, other numbers are meant.</summary>
    [Theory]
    [InlineData("case1_stdit3/base.safetensors", new[] { "x", "timestep", "fps", "height", "width", "y" })]
    [InlineData("case2_rflow/t2v_5.safetensors", new[] { "z", "y", "arg_height", "arg_width", "arg_num_frames", "arg_fps" })]
    [InlineData("case3_vae/temporal_1f.safetensors", new[] { "x", "z_dec" })]
    [InlineData("case3_vae/spatial_only.safetensors", new[] { "x", "z_dec" })]
    [InlineData("case3_vae/pipeline_1f.safetensors", new[] { "x", "z_dec", "noise_spatial", "noise_temporal" })]
    [InlineData("case4_t5/relative_bias.safetensors", new string[0])]
    [InlineData("case7_utils/resize_crop.safetensors", new string[0])]
    public void A_file_without_a_tensor_is_compared_or_told(string file, string[] needed)
    {
        using GoldenTensors golden = new(Path.Combine(Repository.Golden, file));
        foreach (string name in golden.Names.Where(name => !name.StartsWith("inter_", StringComparison.Ordinal) && name is not ("mask" or "y_mask")))
        {
            using GoldenFolder folder = new();
            if (file.StartsWith("case2", StringComparison.Ordinal))
                folder.With("case2_rflow/cases.json");
            if (file.StartsWith("case7", StringComparison.Ordinal))
                folder.With("case7_utils/image_0.png", "case7_utils/image_1.png", "case7_utils/image_2.png", "case7_utils/image_3.png");
            GoldenResult row = folder.WithTensors(file, tensors => tensors.Remove(name)).Row();
            Assert.Equal(file, row.Name);
            Assert.True(row.Ok ? !needed.Contains(name) : row.Detail!.Contains(name, StringComparison.Ordinal), $"{name}: {row}");
        }
    }

    [Theory]
    [InlineData("case1_stdit3/image_t1.safetensors")]
    [InlineData("case3_vae/temporal_1f.safetensors")]
    [InlineData("case4_t5/padded.safetensors")]
    [InlineData("case8_randn/randn.safetensors")]
    public void A_damaged_file_fails_by_name(string file)
    {
        byte[] whole = File.ReadAllBytes(Path.Combine(Repository.Golden, file));
        foreach (byte[] damaged in new[] { [], whole[..7], whole[..(whole.Length / 2)], whole[..^1], [.. whole[..20], .. whole[40..]] })
        {
            File.WriteAllBytes(_folder.At(file), damaged);
            GoldenResult row = _folder.Row();
            Assert.Equal((file, false), (row.Name, row.Ok));
            Assert.Contains(file, row.Detail);
        }
    }

    [Theory]
    [InlineData("case1_stdit3/image_t1.safetensors", "y")]
    [InlineData("case1_stdit3/image_t1.safetensors", "x")]
    [InlineData("case3_vae/temporal_1f.safetensors", "x")]
    [InlineData("case4_t5/padded.safetensors", "attention_mask")]
    [InlineData("case7_utils/append_generated.safetensors", "video")]
    public void A_shape_that_does_not_fit_fails(string file, string name)
    {
        GoldenResult row = _folder.WithTensors(file, tensors => tensors[name] = tensors[name].flatten()[..7].unsqueeze(0)).Row();
        Assert.False(row.Ok);
        Assert.NotEmpty(row.Detail!);
    }

    [Fact]
    public void A_row_that_is_not_a_number_fails()
    {
        GoldenResult row = _folder.WithTensors("case4_t5/padded.safetensors", tensors => tensors["last_hidden_state"].fill_(float.NaN)).Row();
        Assert.False(row.Ok);
        Assert.Contains("last_hidden_state", row.Detail);
    }

    [Fact]
    public void A_file_with_nothing_to_compare_fails()
    {
        Assert.False(_folder.WithTensors("case4_t5/relative_bias.safetensors", tensors =>
        {
            tensors.Clear();
            tensors["note"] = zeros(1);
        }).Row().Ok);
    }

    [Fact]
    public void The_sampler_needs_its_arguments()
    {
        Assert.Contains("cases.json", _folder.With("case2_rflow/t2v_5.safetensors").Row().Detail);
        GoldenResult row = _folder.WithJson("case2_rflow/cases.json", cases => cases.AsObject().Remove("t2v_5")).Row();
        Assert.False(row.Ok);
        Assert.Contains("t2v_5", row.Detail);
    }

    [Fact]
    public void Random_numbers_have_a_seed_and_an_order()
    {
        const string file = "case8_randn/randn.safetensors";
        Assert.Contains("seed42_seq_b", _folder.WithTensors(file, tensors => tensors.Remove("seed42_seq_a")).Row().Detail);
        using GoldenFolder nameless = new();
        Assert.Contains("drawn", nameless.WithTensors(file, tensors => tensors["drawn"] = tensors["seed42_n15"]).Row().Detail);
        using GoldenFolder fewer = new();
        Assert.True(fewer.WithTensors(file, tensors => tensors.Remove("seed42_seq_c")).Row().Ok);
    }

    [Fact]
    public void Pictures_may_begin_with_any_number_and_not_be_missing()
    {
        const string file = "case7_utils/resize_crop.safetensors";
        _folder.WithTensors(file, tensors =>
        {
            foreach (string name in tensors.Keys.Where(name => name is not ("u8_2" or "pixels_3")))
                tensors.Remove(name);
        });
        Assert.Contains("image_3", _folder.Row().Detail);
        Assert.True(_folder.With("case7_utils/image_2.png", "case7_utils/image_3.png").Row().Ok);
    }
}
