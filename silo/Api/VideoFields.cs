using System.Globalization;
using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Videos;

namespace OpenSora.Silo.Api;

/// <summary>The fields of a request.</summary>
internal static class VideoFields
{
    /// <summary>Fields that decide size or length: without any of them the model's own are taken.</summary>
    private static readonly string[] OfSize = [Size, Seconds, Width, Height, "resolution", "aspect_ratio", NumFrames, "frame_table"];

    private const string Size = "size", Seconds = "seconds", Width = "width", Height = "height", NumFrames = "num_frames", Fps = "fps", SaveFps = "save_fps";

    /// <summary>Names of others, and ours for the same thing.</summary>
    private static readonly (string Other, string Own)[] Same = [("num_inference_steps", "num_sampling_steps"), ("guidance_scale", "cfg_scale")];

    private static readonly VideoField[] Fields =
    [
        VideoField.Text("prompt", "What is to be seen.", (request, value) => request with { Prompts = [value] }, VideoOrder.MostOfPrompt),
        VideoField.Switch("allow_empty_prompt", "Take a prompt of which cleaning leaves nothing.", (request, value) => request with { AllowEmptyPrompt = value }),
        new("model", $"The model of this service, {VideoBody.ModelName}.", () => new() { Type = Microsoft.OpenApi.JsonSchemaType.String, Enum = [VideoBody.ModelName] },
            (order, value) => value == VideoBody.ModelName ? order : throw new FieldException("model", $"model '{ApiError.Shown(value)}' is not here: give {VideoBody.ModelName}, the only one, or leave it out", "model_not_found")),
        VideoField.Text(Size, "Width x height in pixels, e.g. 424x240.", (request, value) => request with { ImageSize = ReadSize(value) }),
        VideoField.Switch("strict_size", "Refuse a size that would be rounded.", (request, value) => request with { StrictSize = value }),
        VideoField.Whole(Width, "Width in pixels, with height; size wins.", (request, _) => request, (FrameSize.Smallest, FrameSize.Largest)),
        VideoField.Whole(Height, "Height in pixels, with width; size wins.", (request, _) => request, (FrameSize.Smallest, FrameSize.Largest)),
        VideoField.Whole(Seconds, "Length in whole seconds; num_frames wins.", (request, _) => request, (1, FrameCounts.Most)),
        VideoField.Text("resolution", $"Instead of size: {string.Join(", ", Resolutions.Names)}.", (request, value) => request with { Resolution = value }),
        VideoField.Text("aspect_ratio", $"Height:width, with resolution: {string.Join(", ", Resolutions.AspectRatios)}.", (request, value) => request with { AspectRatio = value }),
        VideoField.Text(NumFrames, $"Frames of a clip, 1 to {FrameCounts.Most}, or a word: 2s to 32s, 1x to 16x.", (request, value) => request with { NumFrames = value }),
        VideoField.Word("frame_table", "Whose table of lengths and sizes.", (request, value) => request with { FrameTable = value }),
        VideoField.Whole("num_sampling_steps", "Denoising steps.", (request, value) => request with { NumSamplingSteps = value }),
        VideoField.Whole("num_inference_steps", "As num_sampling_steps.", (request, value) => request with { NumSamplingSteps = value }, GenerationRules.RangeOf("--num-sampling-steps")),
        VideoField.Number("cfg_scale", "Classifier-free guidance scale.", (request, value) => request with { CfgScale = value }),
        VideoField.Number("guidance_scale", "As cfg_scale.", (request, value) => request with { CfgScale = value }, GenerationRules.RangeOf("--cfg-scale")),
        VideoField.Text("cache", "What steps take from earlier ones: none, pab, fb or fb:THRESHOLD.", (request, value) => request with { Cache = value }),
        VideoField.Switch("keep_steps", "Keep the latents after every step, so that a branch can begin at any of them.", (request, value) => request with { KeepSteps = value }),
        VideoField.Long("seed", "Random seed.", (request, value) => request with { Seed = value }),
        VideoField.Whole(Fps, "Frame rate that the model is told, and that of the file unless save_fps says otherwise.", (request, value) => request with { Fps = value }),
        VideoField.Whole(SaveFps, "Frame rate of the file.", (request, value) => request with { SaveFps = value }),
        VideoField.Whole("loop", "Clips joined to one video, each going on from the one before.", (request, value) => request with { Loop = value }),
        VideoField.Whole("condition_frame_length", "Latent frames that a clip takes over from the one before; a multiple of 5.", (request, value) => request with { ConditionFrameLength = value }),
        VideoField.Whole("align", "Latent frames that mask positions snap to; 0 is off.", (request, value) => request with { Align = value }),
        VideoField.Text("mask_strategy", "Where the reference goes.", (request, value) => request with { MaskStrategies = [value] }),
        VideoField.Text("reference_background", "Colour behind transparent pixels of the reference: black, white or #RRGGBB.", (request, value) => request with { ReferenceBackground = value }),
        VideoField.Word("multi_resolution", "Sizes and rates that the model is told.", (request, value) => request with { MultiResolution = value }),
        VideoField.OptionalNumber("aes", "Aesthetic score told in the prompt; null leaves it out.", (request, value) => request with { Aes = value }),
        VideoField.OptionalNumber("flow", "Motion score told in the prompt; null leaves it out.", (request, value) => request with { Flow = value }),
        VideoField.OptionalText("camera_motion", "Camera motion told in the prompt, e.g. pan left; null leaves it out.", (request, value) => request with { CameraMotion = value }, GenerationRules.MostOfCameraMotion),
        VideoField.Word("dtype", "Number type of the networks.", (request, value) => request with { Dtype = value }),
        VideoField.Whole("model_max_length", "Tokens of a prompt: those that the model was trained with.", (request, value) => request with { ModelMaxLength = value }),
        VideoField.Whole("micro_batch_size", "Frames that the 2D VAE takes at once.", (request, value) => request with { MicroBatchSize = value }),
        VideoField.Whole("micro_frame_size", "Frames of a chunk of the temporal VAE: 4k + 1.", (request, value) => request with { MicroFrameSize = value }),
        VideoField.Switch("qk_norm", "Normalise queries and keys: as the model was trained.", (request, value) => request with { QkNorm = value }),
        VideoField.Whole("crf", "Constant rate factor of H.264; 0 is lossless.", (request, value) => request with { Crf = value }),
        VideoField.Switch("text_encoder_card", "One of the cards encodes texts only.", (request, value) => request with { TextEncoderCard = value }),
        VideoField.Whole("cards", "Cards that share the work; 0 leaves their number to the service.", (request, value) => request with { Cards = value }, (0, GenerationRules.RangeOf("--cards")!.Value.Most)),
        VideoField.Word("priority", "Which videos come first.", ["high", "normal", "low"], (order, value) => order with { Priority = Enum.Parse<VideoPriority>(value, ignoreCase: true) }),
        VideoField.Text("negative_prompt", "Of other models: this one has none, so it must be empty.", (request, value) => value.Length == 0 ? request
            : throw new FieldException("negative_prompt", "negative_prompt is not taken: Open-Sora 1.2 guides away from no prompt, not from one of your own; leave it out, and say in prompt what is to be seen"), most: 0),
        VideoField.Text("user", "Taken and not kept: whose a video is, its token says.", (request, _) => request),
    ];

    private static readonly Dictionary<string, VideoField> ByName = Fields.ToDictionary(field => field.Name, StringComparer.Ordinal);

    /// <summary>All fields but the references, for the document of the API.</summary>
    public static IReadOnlyCollection<VideoField> All => Fields;

    /// <summary>All names but those of the references.</summary>
    public static IReadOnlyCollection<string> Names => ByName.Keys;

    /// <summary>An order of fields.</summary>
    /// <param name="usual">What holds where they say nothing.</param>
    /// <exception cref="InputException">A field that is not known, or a value that is not.</exception>
    public static VideoOrder Read(IReadOnlyDictionary<string, string> fields, VideoOrder usual)
    {
        if (!fields.ContainsKey("prompt"))
            throw new FieldException("prompt", "the field 'prompt' is missing: say what is to be seen", FieldException.Missing);
        if (fields.Keys.FirstOrDefault(name => !ByName.ContainsKey(name)) is { } unknown)
            throw new FieldException(
                ApiError.Shown(unknown), $"the field '{ApiError.Shown(unknown)}' is not known: there are {string.Join(", ", Names.Order(StringComparer.Ordinal))}, and the reference {VideoOrders.Reference}", FieldException.Unknown);
        foreach ((string other, string own) in Same)
            if (fields.ContainsKey(other) && fields.ContainsKey(own))
                throw new FieldException(other, $"{other} and {own} are the same: give one of them");
        VideoOrder order = fields.Aggregate(usual, (order, field) => ByName[field.Key].Set(order, field.Value));
        GenerationRequest request = order.Request;
        if (fields.ContainsKey(Fps) && !fields.ContainsKey(SaveFps))
            request = request with { SaveFps = request.Fps };
        if (!fields.ContainsKey(Size) && (fields.ContainsKey(Width) || fields.ContainsKey(Height)))
            request = request with { ImageSize = [Side(fields, Height), Side(fields, Width)] };
        if (!fields.ContainsKey(NumFrames) && fields.TryGetValue(Seconds, out string? seconds))
            request = request with { NumFrames = Length(int.Parse(seconds, CultureInfo.InvariantCulture), request) };
        return order with { Request = request };
    }

    /// <summary>What holds where a request says nothing: as on the command line, but that the service decides on the number of cards.</summary>
    /// <param name="own">What the model of the service was trained for; empty for the public one.</param>
    public static GenerationRequest Usual(IReadOnlyDictionary<string, string> fields, DemoDefaults own)
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

    /// <summary>At the rate of training, the length of training with that many seconds in its name; else as many frames as are shown in them.</summary>
    private static string Length(int seconds, GenerationRequest request)
    {
        if (request.SaveFps == TrainedFps && seconds is 2 or 4 or 8 or 16 or 32)
            return string.Create(CultureInfo.InvariantCulture, $"{seconds}s");
        int most = FrameCounts.Most / request.SaveFps;
        return seconds <= most ? (seconds * request.SaveFps).ToString(CultureInfo.InvariantCulture)
            : throw VideoField.Refuse(Seconds, seconds.ToString(CultureInfo.InvariantCulture), $"a whole number from 1 to {most}, which is {FrameCounts.Most} frames");
    }

    private const int TrainedFps = 24;

    private static int Side(IReadOnlyDictionary<string, string> fields, string name) => fields.TryGetValue(name, out string? pixels)
        ? int.Parse(pixels, CultureInfo.InvariantCulture)
        : throw new FieldException(name, $"{name} is missing: width and height go together, or give size", FieldException.Missing);

    private static int[] ReadSize(string value) =>
        value.Split('x') is [var width, var height] && int.TryParse(width, NumberStyles.None, CultureInfo.InvariantCulture, out int w) && int.TryParse(height, NumberStyles.None, CultureInfo.InvariantCulture, out int h)
            ? [h, w]
            : throw VideoField.Refuse(Size, value, "width x height in pixels, e.g. 424x240");
}
