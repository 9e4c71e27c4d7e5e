using System.Text.Json;

namespace OpenSora.Contracts.Generation;

/// <summary>
/// What the demo model was trained for, from <c>models/demo/defaults.json</c>: it stands in for flags that were not given
/// where the demo model is used and no size was asked for. What the file leaves out keeps the request's default.
/// </summary>
public sealed record DemoDefaults
{
    /// <summary>Height and width in pixels.</summary>
    public IReadOnlyList<int>? ImageSize { get; init; }

    /// <summary>Frames of a clip.</summary>
    public string? NumFrames { get; init; }

    /// <summary>Denoising steps.</summary>
    public int? NumSamplingSteps { get; init; }

    /// <summary>Classifier-free guidance scale.</summary>
    public double? CfgScale { get; init; }

    /// <summary>Frame rate of the file.</summary>
    public int? SaveFps { get; init; }

    /// <summary>How its latents become colours, [5, 3]: of each channel and of the constant, red, green and blue in -1 to 1.</summary>
    public IReadOnlyList<IReadOnlyList<double>>? LatentRgb { get; init; }

    /// <summary>The defaults of the demo model of this installation; empty when there is none.</summary>
    /// <exception cref="InputException">The file cannot be read.</exception>
    public static DemoDefaults OfInstallation() =>
        Installation.Models is { } models && Path.Combine(models, "defaults.json") is var file && File.Exists(file) ? Read(file) : new DemoDefaults();

    /// <exception cref="InputException">The file cannot be read or is no JSON object.</exception>
    public static DemoDefaults Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<DemoDefaults>(File.ReadAllBytes(file), s_json) ?? throw new JsonException("it holds null instead of an object");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new InputException($"{file}, the defaults of the demo model, cannot be read ({e.Message}): get the file again, or give the --ckpt-path-* flags", e);
        }
    }

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
}
