namespace OpenSora.Layout.Gangs;

/// <summary>The two forwards of classifier-free guidance. The numbers travel in frames.</summary>
public enum GuidanceHalf
{
    /// <summary>With the prompt.</summary>
    Conditional = 0,

    /// <summary>With the null prompt.</summary>
    Unconditional = 1,
}
