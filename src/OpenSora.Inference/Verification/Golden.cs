using OpenSora.Contracts.Media;
using OpenSora.Layout.Units;
using static TorchSharp.torch;

namespace OpenSora.Inference.Verification;

/// <summary>One row of <c>verify</c>: a tensor file or a JSON table of a golden folder.</summary>
/// <param name="Name">Folder and file, e.g. <c>case1_stdit3/base.safetensors</c>.</param>
/// <param name="MaxError">max|a-b| / max(1, max|b|) over all tensors of the file; for tables the share of rows that differ.</param>
/// <param name="Tolerance">The largest error that passes.</param>
/// <param name="Detail">What was largest or what differs; null when there is nothing to say.</param>
/// <param name="OnPurpose">What was not held against us, for we differ there on purpose, and why; null when there is nothing.</param>
public sealed record GoldenResult(string Name, double MaxError, double Tolerance, string? Detail = null, string? OnPurpose = null)
{
    public bool Ok => MaxError <= Tolerance;

    /// <summary>A file that cannot be compared.</summary>
    public static GoldenResult Unreadable(string name, string why) => new(name, double.MaxValue, 0, why);
}

/// <summary>What a golden case runs against.</summary>
/// <param name="Folder">The golden folder, with <c>checkpoints/{dit,t5,vae2d,vae3d}</c> and <c>case*</c> below it.</param>
/// <param name="Files">Reads references.</param>
public sealed record GoldenContext(string Folder, Device Device, Precision Precision, UnitSize Units, IMedia Files)
{
    public string Checkpoint(string name) => Path.Combine(Folder, "checkpoints", name);
}
