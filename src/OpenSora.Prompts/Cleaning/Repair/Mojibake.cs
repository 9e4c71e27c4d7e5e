using OpenSora.Prompts.Cleaning.Python;

namespace OpenSora.Prompts.Cleaning.Repair;

/// <summary>
/// Undoes text that was written as UTF-8 and read in a code page (é → Ã©), as ftfy 6.2 does: where <see cref="Badness"/>
/// finds unlikely neighbours, the text goes back to bytes in each code page that could have written it, and the first that
/// gives UTF-8 wins; several layers come off one by one.
/// </summary>
internal static class Mojibake
{
    private const string FirstOfTwo = "ÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßĂĆČĎĐĘĚĞİĹŃŇŐŘŞŢŮŰ"
        + "ΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩΪΫάέήίВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ";
    private const string FirstOfThree = "àáâãäåæçèéêëìíîïăćčďęěĺŕΰαβγδεζηθικλμνξοабвгдежзийклмноп";
    private const string FirstOfFour = "ðóđğπσру";
    private const string OnlyContinuation = @"\x80-\xBFĄąĽľŁłŒœŚśŞşŠšŤťŸŹźŻżŽžƒˆˇ˘˛˜˝΄΅"
        + "ΆΈΉΊΌΎΏЁЂЃЄЅІЇЈЉЊЋЌЎЏёђѓєѕіїјљњћќўџҐґ†‡•‰‹›€№™";
    private const string Continuation = OnlyContinuation + "–—―‘’‚“”„… ";

    /// <summary>Characters that bytes of UTF-8 become in one of the code pages, not in the midst of a longer garble.</summary>
    private static readonly Pattern LooksLikeUtf8 = new(
        $"(?<![{OnlyContinuation}])(?:[{FirstOfTwo}][{Continuation}]"
        + $"|[{FirstOfThree}][{Continuation}]{{2}}|[{FirstOfFour}][{Continuation}]{{3}})+");

    private static readonly Pattern HighControl = new(@"[\x80-\x9F]");

    /// <summary>Takes one layer after the other off <paramref name="text"/>, until none is left.</summary>
    public static string Undo(string text)
    {
        while (UndoOnce(text) is { } better && better != text)
            text = better;
        return text;
    }

    /// <summary>Reads control codes 80 to 9F, which nobody means, as the windows-1252 characters of these bytes.</summary>
    public static string FixHighControls(string text) =>
        HighControl.Replace(text, match => SingleByteEncoding.Windows1252.Decode((byte)match.Text[0]).ToString());

    private static string UndoOnce(string text)
    {
        if (System.Text.Ascii.IsValid(text) || !Badness.IsIn(text))
            return text;
        foreach (SingleByteEncoding encoding in SingleByteEncoding.All)
            if (encoding.TryEncode(text) is { } bytes && Reread(bytes, encoding) is { } reread)
                return reread;

        string local = LooksLikeUtf8.Replace(text, match =>
            match.Text.Length < text.Length && Badness.IsIn(match.Text) ? Undo(match.Text) : match.Text);
        return local != text ? local : FixHighControls(text);
    }

    /// <summary>What the bytes say as UTF-8, after mending what the code page is known to lose.</summary>
    private static string? Reread(string bytes, SingleByteEncoding encoding)
    {
        if (encoding.Name != "macroman")
            bytes = Utf8Variants.RestoreSpaces(bytes);
        if (encoding.HasHoles)
            bytes = Utf8Variants.ReplaceLossy(bytes);
        return Utf8Variants.TryDecode(bytes);
    }
}
