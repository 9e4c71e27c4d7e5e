using OpenSora.Contracts;
using OpenSora.Layout.Models;
using OpenSora.TestKit;

namespace OpenSora.Layout.Tests.Models;

public class ConfigTests
{
    [Fact]
    public void The_preset_has_the_public_sizes_and_explicit_values_win()
    {
        VideoAutoencoderConfig config = ReadVideo("""{ "vae_temporal": { "type": "VAE_Temporal_SD", "filters": 64 }, "scale": 2 }""");
        Assert.Equal((64L, 4, 32L), (config.VaeTemporal.Filters, config.VaeTemporal.NumResBlocks, config.VaeTemporal.NumGroups));
        Assert.Equal([false, true, true], config.VaeTemporal.TemporalDownsample);
        Assert.Equal([2.0], config.Scale);
        Assert.Equal([-0.1, 0.34, 0.27, 0.98], config.Shift);
    }

    [Fact]
    public void The_class_halves_the_frames_at_other_levels_than_the_preset() =>
        Assert.Equal([true, true, false], ReadVideo("""{ "vae_temporal": { "type": "VAE_Temporal" } }""").VaeTemporal.TemporalDownsample);

    [Theory]
    [InlineData("""{ "vae_temporal": { "type": "VAE_3D" } }""", "VAE_3D")]
    [InlineData("""{ "vae_temporal": { "filters": 20 } }""", "multiple of num_groups 32")]
    [InlineData("""{ "vae_temporal": { "temporal_downsample": [true] } }""", "has 1 entries")]
    [InlineData("""{ "scale": [1, 2] }""", "scale has 2 values for 4 latent channels")]
    [InlineData("""{ "vae_temporal": { "filters": "many" } }""", "filters")]
    [InlineData("{", "config.json")]
    public void A_video_configuration_that_cannot_be_built_is_refused_by_name(string json, string expected) =>
        Assert.Contains(expected, Assert.Throws<InputException>(() => ReadVideo(json)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{ "block_out_channels": [48] }""", "block_out_channels 48")]
    [InlineData("""{ "act_fn": "relu" }""", "relu")]
    [InlineData("""{ "down_block_types": ["AttnDownEncoderBlock2D"] }""", "AttnDownEncoderBlock2D")]
    [InlineData("""{ "layers_per_block": 0 }""", "layers_per_block 0")]
    public void A_frame_configuration_that_cannot_be_built_is_refused_by_name(string json, string expected) =>
        Assert.Contains(expected, Assert.Throws<InputException>(() => Read(json, SpatialVaeConfig.Read)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_folder_without_a_configuration_is_named()
    {
        using TemporaryFolder folder = new();
        Assert.Contains(folder.Path, Assert.Throws<InputException>(() => SpatialVaeConfig.Read(folder.Path)).Message, StringComparison.Ordinal);
    }

    private static VideoAutoencoderConfig ReadVideo(string json) => Read(json, VideoAutoencoderConfig.Read);

    private static T Read<T>(string json, Func<string, T> read)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(Path.Combine(folder.Path, "config.json"), json);
        return read(folder.Path);
    }
}
