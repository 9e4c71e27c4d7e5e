using OpenSora.Contracts;

namespace OpenSora.Planning.Memory;

/// <summary>Bytes of a number, by the word of <c>--dtype</c>.</summary>
public static class ElementSize
{
    /// <exception cref="InputException">The word is not known.</exception>
    public static int Of(string dtype) => dtype switch
    {
        "bf16" or "fp16" => 2,
        "fp32" => 4,
        _ => throw new InputException($"--dtype '{dtype}' is not known: give bf16, fp16 or fp32"),
    };
}
