using OpenSora.Contracts;
using OpenSora.Prompts.Cleaning.Html;
using OpenSora.Prompts.Cleaning.Python;
using OpenSora.Prompts.Cleaning.Repair;

namespace OpenSora.Prompts.Cleaning;

/// <summary>
/// The cleaning that Open-Sora 1.2 does to every prompt before it is tokenized (<c>text_preprocessing</c> in
/// <c>opensora/models/text_encoder/t5.py</c>, which has it from PixArt-α and DeepFloyd IF). The encoder was trained on
/// captions that went through it, so its quirks are kept: Chinese characters vanish, as do words such as "shipping",
/// <c>1920x1080</c> and file names; <c>a+b</c> becomes <c>a b</c>.
/// </summary>
public static class CaptionCleaner
{
    /// <summary>Longest prompt in UTF-16 units. The encoder reads at most a few hundred tokens of it.</summary>
    public const int LongestPrompt = 1_000_000;

    private const string Site = @"[a-zA-Z0-9.\-]+[.](?:com|co|ru|net|org|edu|gov|it)[\w/-]*\b\/?(?!@)";
    private const string Extension = "(?:png|jpg|jpeg|bmp|webp|eps|pdf|apk|mp4)";
    private const string Dashes = "\\-\u058A\u05BE\u1400\u1806\u2010-\u2015\u2E17\u2E1A\u2E3A\u2E3B\u2E40\u301C\u3030\u30A0"
        + "\uFE31\uFE32\uFE58\uFE63\uFF0D";

    private static readonly Step[] BeforeMarkup =
    [
        new("<person>", "person"),
        new(@"\b(?:https?:(?:\/{1,3}|[a-zA-Z0-9%])|" + Site + ")", ""),
        new(@"\b(?:www:(?:\/{1,3}|[a-zA-Z0-9%])|" + Site + ")", ""),
    ];

    private static readonly Step[] BeforeRepair =
    [
        new(@"@[\w\d]+\b", ""),                                     // @nickname
        new("[\u31C0-\u31EF]+", ""),                                // CJK strokes
        new("[\u31F0-\u31FF]+", ""),                                // small katakana
        new("[\u3200-\u32FF]+", ""),                                // enclosed CJK letters and months
        new("[\u3300-\u33FF]+", ""),                                // CJK compatibility
        new("[\u3400-\u4DBF]+", ""),                                // CJK ideographs, extension A
        new("[\u4DC0-\u4DFF]+", ""),                                // hexagrams
        new("[\u4E00-\u9FFF]+", ""),                                // CJK ideographs
        new($"[{Dashes}]+", "-"),
        new("[`´«»“”¨]", "\""),
        new("[‘’]", "'"),
        new("&quot;?", ""),
        new("&amp", ""),
        new(@"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}", " "),            // 192.168.1.1
        new(@"\d:\d\d\s+$", ""),                                    // a time at the end
        new(@"\\n", " "),                                           // a newline spelled out
        new(@"#\d{1,3}\b", ""),
        new(@"#\d{5,}\b", ""),
        new(@"\b\d{6,}\b", ""),
        new(@"\S+\." + Extension, ""),                              // names of files
        new(@"[""']{2,}", "\""),
        new(@"\.{2,}", " "),
        new(@"[#®•©™&@·º½¾¿¡§~)(\]\[}{|\\/*]+", " "),
        new(@"\s+\.\s+", " "),
    ];

    private static readonly Step[] AfterRepair =
    [
        new(@"\b[a-zA-Z]{1,3}\d{3,15}\b", ""),                      // jc6640
        new(@"\b[a-zA-Z]+\d+[a-zA-Z]+\b", ""),                      // jc6640vc
        new(@"\b\d+[a-zA-Z]+\d+\b", ""),                            // 6640vc231
        new(@"(?:worldwide\s+)?(?:free\s+)?shipping", ""),
        new(@"(?:free\s)?download(?:\sfree)?", ""),
        new(@"\bclick\b\s(?:for|on)\s\w+", ""),
        new(@"\b" + Extension + @"(?:\simages?)?", ""),
        new(@"\bpage\s+\d+\b", ""),
        new(@"\b\d*[a-zA-Z]+\d+[a-zA-Z]+\d+[a-zA-Z\d]*\b", " "),    // j2d1a2a
        new(@"\b\d+\.?\d*[xх×]\d+\.?\d*\b", ""),                    // 1920x1080, with a Latin or a Cyrillic х
        new(@"\b\s+:\s+", ": "),
        new(@"(\D[,./])\b", @"\1 "),
        new(@"\s+", " "),
        new(@"^[""']([\w\W]+)[""']$", @"\1"),
        new("^['_,\\-:;]", ""),
        new(@"['_,\-:+]$", ""),
        new(@"^\.\S+$", ""),
    ];

    private static readonly Pattern DashOrUnderscore = new("[-_]");

    /// <summary>What is tokenized for <paramref name="prompt"/>.</summary>
    /// <param name="prompt">Any text, lone surrogates included.</param>
    /// <param name="clean">The whole cleaning, which is the default; otherwise only lower case without spaces around.</param>
    /// <exception cref="InputException">The prompt is longer than <see cref="LongestPrompt"/>.</exception>
    public static string Preprocess(string prompt, bool clean = true)
    {
        if (prompt.Length > LongestPrompt)
            throw new InputException($"a prompt has {prompt.Length} characters; at most {LongestPrompt} are cleaned, "
                + "and the text encoder reads only the first few hundred words: shorten it");
        // The original cleans twice, and the second time does change some texts.
        return clean ? Clean(Clean(prompt)) : PythonText.Strip(PythonText.Lower(prompt));
    }

    /// <summary>
    /// One pass of <c>clean_caption</c>. Where the original stops with an error, on a marked section that is none
    /// (<c>&lt;![foo[</c>), the text goes on as if it held no markup.
    /// </summary>
    public static string Clean(string caption)
    {
        caption = UrlText.UnquotePlus(caption);
        caption = PythonText.Lower(PythonText.Strip(caption));
        caption = Apply(BeforeMarkup, caption);
        caption = HtmlText.TryExtract(caption) ?? caption;
        caption = Apply(BeforeRepair, caption);
        if (DashOrUnderscore.Count(caption) > 3)
            caption = DashOrUnderscore.Replace(caption, " ");
        caption = Repair(caption);
        caption = Apply(AfterRepair, caption);
        return PythonText.Strip(caption);
    }

    /// <summary><c>basic_clean</c>: repaired characters, entities resolved twice, no spaces around.</summary>
    public static string Repair(string text) =>
        PythonText.Strip(HtmlEntities.Unescape(HtmlEntities.Unescape(TextFixer.Fix(text))));

    private static string Apply(Step[] steps, string text)
    {
        foreach (Step step in steps)
            text = step.Pattern.Replace(text, step.Replacement);
        return text;
    }

    /// <summary>A substitution as Python's <c>re.sub(pattern, replacement, …)</c> does it.</summary>
    private sealed class Step(string pattern, string replacement)
    {
        public Pattern Pattern { get; } = new(pattern);

        public string Replacement => replacement;
    }
}
