using System.Text.Json;
using OpenSora.Contracts;

namespace OpenSora.Inference.Sampling;

/// <summary>
/// How a transformer's timesteps are shifted: the optional file <c>scheduler_config.json</c> beside its <c>config.json</c>.
/// The public checkpoints have none and keep the original's constant; a network that was trained on small clips needs the
/// shift that it was trained with.
/// </summary>
public sealed record SchedulerConfig
{
    public const string FileName = "scheduler_config.json";

    /// <summary>Pixels of the side of the square for which a single frame is not shifted. Range: above 0. Default: 512.</summary>
    public double BaseSide { get; init; } = 512;

    /// <summary>Reads the file of a checkpoint folder; the original's constants where there is none.</summary>
    /// <exception cref="InputException">It cannot be read, is no JSON, or a value is out of range.</exception>
    public static SchedulerConfig Read(string folder)
    {
        string file = Path.Combine(folder, FileName);
        if (!File.Exists(file))
            return new SchedulerConfig();
        try
        {
            SchedulerConfig config = JsonSerializer.Deserialize<SchedulerConfig>(File.ReadAllBytes(file), s_json) ?? throw new JsonException("it holds null instead of an object");
            return double.IsFinite(config.BaseSide) && config.BaseSide > 0
                ? config
                : throw new InputException($"{file}: base_side is {config.BaseSide}, must be above 0; without the file it is 512");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"cannot read {file}: {e.Message}", e);
        }
        catch (JsonException e)
        {
            throw new InputException($"{file} is not a scheduler's configuration: {e.Message}", e);
        }
    }

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
}
