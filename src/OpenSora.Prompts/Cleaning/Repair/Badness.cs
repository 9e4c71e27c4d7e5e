using OpenSora.Prompts.Cleaning.Python;

namespace OpenSora.Prompts.Cleaning.Repair;

/// <summary>
/// Tells text that was read in the wrong encoding by pairs of characters that nobody writes side by side, such as an
/// accented small letter before a currency sign. The rules are those of ftfy 6.2: the some 400 characters that UTF-8 turns
/// into in common code pages, in classes, and which neighbours of theirs are unlikely.
/// </summary>
internal static class Badness
{
    private const string C1 = @"\x80-\x9F";
    private const string Common = @"\xA0\xAD·´–—―…’";
    private const string Bad = "¦¤¨¬¯¶§¸ƒˆˇ˘˛˜†‡‰⌐◊\uFFFDªº";
    private const string Currency = "¢£¥₧€";
    private const string Start = "¡«¿©΄΅‘‚“„•‹\uF8FF";
    private const string End = "®»˝”›™";
    private const string Numeric = "²³¹±¼½¾×µ÷⁄∂∆∏∑√∞∩∫≈≠≡≤≥№";
    private const string Box = "│┌┐┘├┤┬┼═-╬▀▄█▌▐░▒▓";

    /// <summary>What faces made of letters use beside boxes: (╯°□°)╯, ÒÓ.</summary>
    private const string Kaomoji = "Ò-ÖÙ-Üò-öø-üŐ°";

    /// <summary>Latin letters with marks, but for the o and u of faces.</summary>
    private const string Upper = "À-ÑØÜÝĂĄĆČĎĐĘĚĞİĹĽŁŃŇŒŘŚŞŠŢŤŮŰŸŹŻŽҐ";
    private const string Lower = "ßà-ñăąćčďđęěğĺľłœŕśşšťüźżžґﬁﬂ";

    /// <summary>Greek and Cyrillic letters, which also end words of other letters.</summary>
    private const string UpperCommon = "ÞΑ-ΩΆΈΉΊΌΎΏΪΫЁ-Я";
    private const string LowerCommon = "α-ωάέήίΰа-џ";

    private const string Symbols = Box + Start + End + Currency + Numeric;
    private const string Arabic = $"[ØÙ][{Common}{Currency}{Bad}{Numeric}{Start}ŸŠ®°µ»]";

    private static readonly Pattern Unlikely = new(string.Join('|',
        $"[{C1}]",
        $"[{Bad}{Lower}{Upper}{Symbols}][{Bad}]",
        $"[a-zA-Z][{LowerCommon}{UpperCommon}][{Bad}]",
        $"[{Bad}][{Lower}{Upper}{Symbols}]",
        $"[{Lower}{LowerCommon}{Box}{End}{Currency}{Numeric}][{Upper}]",
        $"[{Box}{End}{Currency}{Numeric}][{Lower}]",
        $"[{Lower}{Box}{End}][{Currency}]",
        $@"\s[{Upper}][{Currency}]",
        $"[{Upper}{Box}][{Numeric}]",
        $"[{Lower}{Upper}{Box}{Currency}{End}][{Start}][{Numeric}]",
        $"[{Lower}{Upper}{Currency}{Numeric}{Box}][{End}][{Start}]",
        $"[{Currency}{Numeric}{Box}][{Start}]",
        $"[a-z][{Upper}][{Start}{Currency}]",
        $"[{Box}][{Kaomoji}]",
        $"[{Lower}{Upper}{Currency}{Numeric}{Start}{End}][{Box}]",
        $"[{Box}][{End}]",
        $@"[{Lower}{Upper}][{End}]\w",
        "[Œœ][^A-Za-z]",

        // windows-1252: pairs for Latin-1 letters, Arabic (two pairs, as its second bytes are common), South Asian scripts.
        $@"[ÂÃÎÐ][€Šš¢£Ÿž\xA0\xAD®©°·»{Start}{End}–—´]",
        "×[²³]",
        Arabic + Arabic,
        "à[²µ¹¼½¾]",

        // Mac Roman.
        "√[±∂†≠®™´≤≥¥µø]",
        "≈[°¢]",
        "‚Ä[ìîïòôúùû†°¢π]",
        "‚[âó][àä°ê]",

        // windows-1251: characters from U+2000 on, Latin-1 and Cyrillic letters, and windows-1251 on top of windows-1252.
        "вЂ",
        $"[ВГРС][{C1}{Bad}{Start}{End}{Currency}°µ][ВГРС]",
        "ГўВЂВ.[A-Za-z ]",

        // windows-1252: à, á, the no-break space, and Â before a character that stands for itself.
        @"Ã[\xA0¡]",
        @"[a-z]\s?[ÃÂ] ",
        "^[ÃÂ] ",
        $"[a-z.,?!{End}]Â[ {Start}{End}]",

        // windows-1253: characters from U+2000 on, Latin-1 and Greek letters.
        @"β€[™\xA0Ά\xAD®°]",
        $"[ΒΓΞΟ][{C1}{Bad}{Start}{End}{Currency}°][ΒΓΞΟ]"));

    /// <summary>Whether <paramref name="text"/> has unlikely neighbours.</summary>
    public static bool IsIn(string text) => Unlikely.IsIn(text);
}
