using System.Globalization;
using OpenSora.Contracts;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Videos;

namespace OpenSora.Silo.Api;

/// <summary>The fields of a request: each a text, which is how forms send them and how JSON's numbers are read.</summary>
internal static class VideoFields
{
    private delegate VideoOrder Setter(VideoOrder order, string name, string value);

    /// <summary>Fields that decide size or length: without any of them the model's own are taken.</summary>
    private static readonly string[] OfSize = ["size", "seconds", "resolution", "aspect_ratio", "num_frames", "frame_table"];

    private static readonly Dictionary<string, Setter> Setters = new(StringComparer.Ordinal)
    {
        ["prompt"] = Set((request, _, value) => request with { Prompts = [value] }),
        ["model"] = (order, name, value) => value == VideoBody.ModelName ? order : throw Refuse(name, value, VideoBody.ModelName),
        ["size"] = Set((request, name, value) => request with { ImageSize = Size(name, value) }),
        ["seconds"] = Set((request, name, value) => request with { NumFrames = value is "2" or "4" or "8" or "16" or "32" ? value + "s" : throw Refuse(name, value, "2, 4, 8, 16 or 32; num_frames takes any length") }),
        ["resolution"] = Set((request, _, value) => request with { Resolution = value }),
        ["aspect_ratio"] = Set((request, _, value) => request with { AspectRatio = value }),
        ["num_frames"] = Set((request, _, value) => request with { NumFrames = value }),
        ["frame_table"] = Set((request, _, value) => request with { FrameTable = value }),
        ["num_sampling_steps"] = Set((request, name, value) => request with { NumSamplingSteps = Int(name, value) }),
        ["cfg_scale"] = Set((request, name, value) => request with { CfgScale = Number(name, value) }),
        ["cache"] = Set((request, _, value) => request with { Cache = value }),
        ["seed"] = Set((request, name, value) => request with { Seed = long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long seed) ? seed : throw Refuse(name, value, "a whole number") }),
        ["fps"] = Set((request, name, value) => request with { Fps = Int(name, value) }),
        ["save_fps"] = Set((request, name, value) => request with { SaveFps = Int(name, value) }),
        ["loop"] = Set((request, name, value) => request with { Loop = Int(name, value) }),
        ["condition_frame_length"] = Set((request, name, value) => request with { ConditionFrameLength = Int(name, value) }),
        ["align"] = Set((request, name, value) => request with { Align = Int(name, value) }),
        ["mask_strategy"] = Set((request, _, value) => request with { MaskStrategies = [value] }),
        ["multi_resolution"] = Set((request, _, value) => request with { MultiResolution = value }),
        ["aes"] = Set((request, name, value) => request with { Aes = value.Length == 0 ? null : Number(name, value) }),
        ["flow"] = Set((request, name, value) => request with { Flow = value.Length == 0 ? null : Number(name, value) }),
        ["camera_motion"] = Set((request, _, value) => request with { CameraMotion = value.Length == 0 ? null : value }),
        ["dtype"] = Set((request, _, value) => request with { Dtype = value }),
        ["model_max_length"] = Set((request, name, value) => request with { ModelMaxLength = Int(name, value) }),
        ["micro_batch_size"] = Set((request, name, value) => request with { MicroBatchSize = Int(name, value) }),
        ["micro_frame_size"] = Set((request, name, value) => request with { MicroFrameSize = Int(name, value) }),
        ["qk_norm"] = Set((request, name, value) => request with { QkNorm = Switch(name, value) }),
        ["crf"] = Set((request, name, value) => request with { Crf = Int(name, value) }),
        ["text_encoder_card"] = Set((request, name, value) => request with { TextEncoderCard = Switch(name, value) }),
        ["cards"] = Set((request, name, value) => request with { Cards = Int(name, value) }),
        ["priority"] = (order, name, value) => order with { Priority = value switch { "low" => VideoPriority.Low, "normal" => VideoPriority.Normal, "high" => VideoPriority.High, _ => throw Refuse(name, value, "high, normal or low") } },
    };

    /// <summary>All names, for the document of the API.</summary>
    public static IEnumerable<string> Names => Setters.Keys;

    /// <summary>An order of fields; what they leave out is as on the command line, but that the service decides on the number of cards.</summary>
    /// <param name="own">What the model of the service was trained for; empty for the public one.</param>
    /// <exception cref="InputException">A field that is not known, or a value that is not.</exception>
    public static VideoOrder Read(IReadOnlyDictionary<string, string> fields, DemoDefaults own)
    {
        if (!fields.ContainsKey("prompt"))
            throw new InputException("the field 'prompt' is missing: say what is to be seen");
        if (fields.Keys.FirstOrDefault(name => !Setters.ContainsKey(name)) is { } unknown)
            throw new InputException($"the field '{Shown(unknown)}' is not known: there are {string.Join(", ", Setters.Keys.Order(StringComparer.Ordinal))}, and the file input_reference");
        VideoOrder order = new() { Owner = "", Request = Defaults(fields, own) };
        foreach ((string name, string value) in fields)
            order = Setters[name](order, name, value);
        return order;
    }

    private static GenerationRequest Defaults(IReadOnlyDictionary<string, string> fields, DemoDefaults own)
    {
        GenerationRequest request = new() { Cards = 0 };
        return fields.Keys.Any(OfSize.Contains) ? request : request with
        {
            ImageSize = own.ImageSize,
            NumFrames = own.NumFrames ?? request.NumFrames,
            NumSamplingSteps = own.NumSamplingSteps ?? request.NumSamplingSteps,
            CfgScale = own.CfgScale ?? request.CfgScale,
            SaveFps = own.SaveFps ?? request.SaveFps,
        };
    }

    private static Setter Set(Func<GenerationRequest, string, string, GenerationRequest> set) =>
        (order, name, value) => order with { Request = set(order.Request, name, value) };

    private static int[] Size(string name, string value) =>
        value.Split('x') is [var width, var height] && int.TryParse(width, NumberStyles.None, CultureInfo.InvariantCulture, out int w) && int.TryParse(height, NumberStyles.None, CultureInfo.InvariantCulture, out int h)
            ? [h, w]
            : throw Refuse(name, value, "width x height in pixels, e.g. 424x240");

    private static int Int(string name, string value) =>
        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : throw Refuse(name, value, "a whole number");

    private static bool Switch(string name, string value) =>
        bool.TryParse(value, out bool on) ? on : throw Refuse(name, value, "true or false");

    private static double Number(string name, string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : throw Refuse(name, value, "a number");

    private static InputException Refuse(string name, string value, string accepted) => new($"{name} '{Shown(value)}' is not accepted: give {accepted}");

    private static string Shown(string text) => text.Length <= 80 ? text : text[..80] + "…";
}
