using OpenSora.Prompts.Cleaning.Python;
using OpenSora.Prompts.Cleaning.Repair;

namespace OpenSora.Prompts.Cleaning.Html;

/// <summary>Character references as Beautiful Soup 4.11 resolves them inside markup; not the same as in <see cref="HtmlEntities"/>.</summary>
internal static class HtmlReferences
{
    /// <summary>The character of <c>123</c> or <c>x7B</c>: below 256 in windows-1252 where that has one, beyond Unicode U+FFFD.</summary>
    public static string Number(string number) => HtmlEntities.Number("#" + number) switch
    {
        int code when code is >= 0x80 and <= 0xFF => SingleByteEncoding.Windows1252.Decode((byte)code).ToString(),
        int code when code <= 0x10FFFF => CodePoints.ToText(code),
        _ => "\uFFFD",
    };

    /// <summary>The characters of a name; an unknown name loses its semicolon and stays text.</summary>
    public static string Named(string name) => HtmlEntities.Find(name) ?? HtmlEntities.Find(name + ";") ?? "&" + name;
}
