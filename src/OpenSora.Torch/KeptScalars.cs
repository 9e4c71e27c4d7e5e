using TorchSharp;

namespace OpenSora.Torch;

/// <summary>
/// Numbers that torch reads late in a call. TorchSharp does not hold a number while torch has it: one that is made for the call may be
/// collected, and freed, before torch reads it.
/// </summary>
public static class KeptScalars
{
    public static readonly Scalar One = 1, MinusOne = -1;
}
