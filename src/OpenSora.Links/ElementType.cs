namespace OpenSora.Links;

/// <summary>What the bytes of a body are: numbers, lowest byte first. The numbers travel in frames; they are torch's own for these types.</summary>
public enum ElementType
{
    Byte = 0,
    Float16 = 5,
    Float32 = 6,
    BFloat16 = 15,
}

public static class ElementTypes
{
    /// <summary>Bytes of one number.</summary>
    public static int Size(this ElementType type) => type switch
    {
        ElementType.Byte => 1,
        ElementType.Float16 or ElementType.BFloat16 => 2,
        ElementType.Float32 => 4,
        _ => throw new InvalidOperationException($"numbers of type {type} are not sent"),
    };
}
