using System.Text.Json;
using System.Text.Json.Serialization;
using OpenSora.Contracts;
using OpenSora.Layout.Decoding;

namespace OpenSora.Layout.Models;

/// <summary>
/// The <c>config.json</c> of the video autoencoder (Open-Sora's VideoAutoencoderPipeline). Its micro sizes are not read: as
/// in the original, those of the run win (<see cref="AutoencoderUnits"/>).
/// </summary>
public sealed record VideoAutoencoderConfig
{
    /// <summary>The temporal autoencoder.</summary>
    public TemporalVaeConfig VaeTemporal { get; init; } = new();

    /// <summary>Standard deviation of each latent channel, or one for all. Default: 3.85, 2.32, 2.33, 3.06.</summary>
    [JsonConverter(typeof(NumberOrList))]
    public double[] Scale { get; init; } = [3.85, 2.32, 2.33, 3.06];

    /// <summary>Mean of each latent channel, or one for all. Default: -0.10, 0.34, 0.27, 0.98.</summary>
    [JsonConverter(typeof(NumberOrList))]
    public double[] Shift { get; init; } = [-0.10, 0.34, 0.27, 0.98];

    /// <summary>Reads <c>config.json</c> in <paramref name="folder"/>.</summary>
    /// <exception cref="InputException">It is missing, no JSON, or describes a network that this one is not.</exception>
    public static VideoAutoencoderConfig Read(string folder)
    {
        VideoAutoencoderConfig config = ConfigFile.Read<VideoAutoencoderConfig>(folder);
        config.Validate(ConfigFile.PathOf(folder));
        return config;
    }

    private void Validate(string file)
    {
        VaeTemporal.Validate(file);
        foreach ((string name, double[] values) in new[] { ("scale", Scale), ("shift", Shift) })
            ConfigFile.Require(values.Length == 1 || values.Length == VaeTemporal.EmbedDim, file, $"{name} has {values.Length} values for {VaeTemporal.EmbedDim} latent channels");
    }

    private sealed class NumberOrList : JsonConverter<double[]>
    {
        public override double[] Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Number ? [reader.GetDouble()] : JsonSerializer.Deserialize<double[]>(ref reader)!;

        public override void Write(Utf8JsonWriter writer, double[] value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value);
    }
}
