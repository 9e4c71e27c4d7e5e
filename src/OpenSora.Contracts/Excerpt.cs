namespace OpenSora.Contracts;

/// <summary>So much of a text as is worth showing.</summary>
public static class Excerpt
{
    /// <param name="most">UTF-16 units that are shown; no character is cut in two.</param>
    public static string Of(string text, int most) =>
        text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)] + "…";
}
