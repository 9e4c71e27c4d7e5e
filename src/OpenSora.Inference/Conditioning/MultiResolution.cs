using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Layout.Clips;
using static TorchSharp.torch;

namespace OpenSora.Inference.Conditioning;

/// <summary>What the model is told of a clip besides its tokens (<c>prepare_multi_resolution_info</c>), rounded to its type.</summary>
/// <param name="Height">Nominal height in pixels.</param>
/// <param name="Width">Nominal width in pixels.</param>
/// <param name="Frames">Frames of the clip.</param>
/// <param name="AspectRatio">Height to width. Not read by STDiT3.</param>
/// <param name="Fps">Frames a second; an image has a rate of its own.</param>
public sealed record MultiResolution(float Height, float Width, float Frames, float AspectRatio, float Fps)
{
    public static MultiResolution Of(FrameSize size, int frames, int fps, ScalarType model) => new(
        Rounding.To(model, size.Height),
        Rounding.To(model, size.Width),
        Rounding.To(model, frames),
        Rounding.To(model, (double)size.Height / size.Width),
        Rounding.To(model, frames > 1 ? fps : ClipShape.ImageFps));

    /// <summary>
    /// What <c>--multi_resolution</c> names, by the names of the model's arguments: nothing without one, <c>ar</c> and
    /// <c>hw</c> for PixArtMS, all five for STDiT2 and OpenSora, which are the same.
    /// </summary>
    /// <exception cref="InputException">Another name.</exception>
    public IReadOnlyDictionary<string, float[]> Arguments(string? kind) => kind switch
    {
        null => new Dictionary<string, float[]>(),
        "PixArtMS" => new Dictionary<string, float[]> { ["ar"] = [AspectRatio], ["hw"] = [Height, Width] },
        "STDiT2" or "OpenSora" => new Dictionary<string, float[]>
        {
            ["height"] = [Height],
            ["width"] = [Width],
            ["num_frames"] = [Frames],
            ["ar"] = [AspectRatio],
            ["fps"] = [Fps],
        },
        _ => throw new InputException($"--multi_resolution '{kind}' is not known: give STDiT2 or OpenSora"),
    };
}
