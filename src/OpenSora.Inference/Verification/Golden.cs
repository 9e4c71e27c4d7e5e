using OpenSora.Contracts.Clips;
using static TorchSharp.torch;

namespace OpenSora.Inference.Verification;

/// <summary>One row of <c>verify</c>: a tensor file or a JSON table of a golden folder.</summary>
/// <param name="Name">Folder and file, e.g. <c>case1_stdit3/base.safetensors</c>.</param>
/// <param name="MaxError">max|a-b| / max(1, max|b|) over all tensors of the file; for tables the share of rows that differ.</param>
/// <param name="Tolerance">The largest error that passes.</param>
/// <param name="Detail">What was largest or what differs; null when there is nothing to say.</param>
public sealed record GoldenResult(string Name, double MaxError, double Tolerance, string? Detail = null)
{
    public bool Ok => MaxError <= Tolerance;
}

/// <summary>What a golden case runs against.</summary>
/// <param name="Folder">The golden folder, with <c>checkpoints/{dit,t5,vae2d,vae3d}</c> and <c>case*</c> below it.</param>
/// <param name="ReadImage">Reads an image file: width, height, RGB24 bytes.</param>
public sealed record GoldenContext(string Folder, Device Device, Precision Precision, Func<string, RgbImage> ReadImage)
{
    public string Checkpoint(string name) => Path.Combine(Folder, "checkpoints", name);
}
