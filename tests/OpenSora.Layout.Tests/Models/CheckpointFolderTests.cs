using OpenSora.Contracts;
using OpenSora.Layout.Models;
using OpenSora.TestKit;

namespace OpenSora.Layout.Tests.Models;

/// <summary>What people give in place of a checkpoint folder, and the path that they are told.</summary>
public sealed class CheckpointFolderTests : IDisposable
{
    private const string Dit = """{ "caption_channels": 4096 }""", Text = """{ "d_model": 4096 }""", Frames = """{ "block_out_channels": [128] }""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("dit", "")]
    [InlineData("vae2d", "vae")]
    [InlineData("vae2d", "")]
    public void A_folder_with_a_configuration_is_taken(string network, string place)
    {
        Put(Path.Combine("model", place), Frames);
        CheckpointFolder.Require(network, _folder["model"]);
    }

    [Fact]
    public void A_level_too_high_names_the_folder_of_that_network()
    {
        Put("all/OpenSora-STDiT-v3", Dit);
        Put("all/t5-v1_1-xxl", Text);
        Put("all/sd-vae-ft-ema/vae", Frames);
        Assert.EndsWith($"has no config.json: give --ckpt-path-dit {_folder["all/OpenSora-STDiT-v3"]}", Refusal("dit", "all"), StringComparison.Ordinal);
        Assert.EndsWith($"give --ckpt-path-t5 {_folder["all/t5-v1_1-xxl"]}", Refusal("t5", "all"), StringComparison.Ordinal);
        Assert.EndsWith($"give --ckpt-path-vae2d {_folder["all/sd-vae-ft-ema"]}", Refusal("vae2d", "all"), StringComparison.Ordinal);
        Assert.EndsWith("give the folder with config.json and weights that was downloaded", Refusal("vae3d", "all"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hub/models--hpcai-tech--OpenSora-STDiT-v3")]
    [InlineData("hub/models--hpcai-tech--OpenSora-STDiT-v3/snapshots")]
    [InlineData("hub")]
    [InlineData("")]
    public void A_hub_cache_names_the_snapshot_that_is_current(string given)
    {
        const string model = "hub/models--hpcai-tech--OpenSora-STDiT-v3";
        Put($"{model}/snapshots/0000", Dit);
        Put($"{model}/snapshots/ffff", Dit);
        Put("hub/models--DeepFloyd--t5-v1_1-xxl/snapshots/1234", Text);
        Directory.CreateDirectory(_folder[$"{model}/refs"]);
        File.WriteAllText(_folder[$"{model}/refs/main"], "ffff");
        Assert.EndsWith($"give --ckpt-path-dit {_folder[$"{model}/snapshots/ffff"]}", Refusal("dit", given), StringComparison.Ordinal);
        File.Delete(_folder[$"{model}/refs/main"]);
        Assert.EndsWith("/snapshots/ffff", Refusal("dit", given), StringComparison.Ordinal);
        Assert.Contains("/snapshots/0000 or --ckpt-path-dit ", Refusal("dit", given), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_in_the_place_of_a_folder_names_the_folder()
    {
        Put("model", Dit);
        Assert.EndsWith($"e.g. --ckpt-path-dit {_folder["model"]}", Refusal("dit", "model/config.json"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_named() =>
        Assert.Contains($"--ckpt-path-t5 {_folder["none"]} does not exist", Refusal("t5", "none"), StringComparison.Ordinal);

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("spiece.model")]
    [InlineData("config.json")]
    [InlineData("vae/diffusion_pytorch_model.safetensors")]
    public void What_git_lfs_has_not_fetched_is_named(string file)
    {
        Put("model", Dit);
        Directory.CreateDirectory(_folder["model/vae"]);
        File.WriteAllText(_folder[$"model/{file}"], "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n");
        string message = Refusal("vae2d", "model");
        Assert.Contains($"{_folder[$"model/{file}"]} is a pointer of Git LFS", message, StringComparison.Ordinal);
        Assert.Contains("git lfs pull", message, StringComparison.Ordinal);
    }

    private string Refusal(string network, string path) => Assert.Throws<InputException>(() => CheckpointFolder.Require(network, _folder[path].TrimEnd('/'))).Message;

    private void Put(string folder, string config)
    {
        Directory.CreateDirectory(_folder[folder]);
        File.WriteAllText(Path.Combine(_folder[folder], "config.json"), config);
    }
}
