using System.Text;
using FsCheck;
using FsCheck.Fluent;
using OpenSora.Contracts;
using OpenSora.Prompts.Texts;
using OpenSora.TestKit;

namespace OpenSora.Prompts.Tests.Texts;

public class PromptFileTests
{
    private const string Name = "prompts.txt";

    [Theory]
    [InlineData(null, null, "one,two,three")]
    [InlineData(1, 3, "two,three")]
    [InlineData(2, null, "three")]
    [InlineData(null, 99, "one,two,three")]
    public void Lines_are_stripped_and_blank_ones_are_no_prompts(int? start, int? end, string expected) =>
        Assert.Equal(expected.Split(','), PromptFile.Parse("\n one \r\n\t\n\u00a0two\u2003\rthree\x1c"u8, Name, start, end));

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-32")]
    [InlineData("utf-32BE")]
    public void A_byte_order_mark_tells_the_encoding(string encoding)
    {
        Encoding marked = Encoding.GetEncoding(encoding);
        Assert.Equal(["ein Hündchen", "𝄞"], PromptFile.Parse([.. marked.GetPreamble(), .. marked.GetBytes("ein Hündchen\r\n\r\n𝄞\r\n")], Name, null, null));
    }

    /// <summary>A file of <c>tests/cases/prompts</c>, and what it holds; null for none.</summary>
    public static TheoryData<string, string[]?> Cases => new()
    {
        { "bom-crlf-blank-lines.txt", ["a red circle moving right on a black background", "a blue square moving left on a white background"] },
        { "only-blank-lines.txt", null },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Cases_are_read(string name, string[]? prompts)
    {
        string path = Path.Combine(Repository.Cases, "prompts", name);
        if (prompts is not null)
            Assert.Equal(prompts, PromptFile.Read(path, null, null));
        else
            Assert.Contains($"{path} holds no prompt", Assert.Throws<InputException>(() => PromptFile.Read(path, null, null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_case_is_here() => Assert.Equal(
        Directory.EnumerateFiles(Path.Combine(Repository.Cases, "prompts")).Select(Path.GetFileName).Order(StringComparer.Ordinal), Cases.Select(row => (string)row[0]!).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("", "holds no prompt")]
    [InlineData("\uFEFF", "holds no prompt")]
    [InlineData("\u3000\r\u2028\n\x1f", "holds no prompt")]
    [InlineData("one\0", "NUL")]
    [InlineData("o\0n\0e\0", "UTF-16 without")]
    public void What_is_no_list_of_prompts_is_refused(string text, string part) =>
        Assert.Contains(part, Assert.Throws<InputException>(() => PromptFile.Parse(Encoding.UTF8.GetBytes(text), Name, null, null)).Message, StringComparison.Ordinal);

    [Fact]
    public void No_prompts_in_the_range_are_refused() =>
        Assert.Contains("has 2 prompts, and none from 2 to 2", Assert.Throws<InputException>(() => PromptFile.Parse("one\n\ntwo\n"u8, Name, 2, null)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(new byte[] { 0x61, 0xFF, 0xFE, 0x0A })]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x3D, 0xD8, 0x61, 0x00 })] // half a surrogate pair in UTF-16
    public void Bytes_that_are_no_text_are_refused(byte[] bytes) =>
        Assert.Contains("UTF-8", Assert.Throws<InputException>(() => PromptFile.Parse(bytes, Name, null, null)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_missing_file_or_a_folder_is_refused()
    {
        Assert.Throws<InputException>(() => PromptFile.Read("/nowhere/prompts.txt", null, null));
        Assert.Throws<InputException>(() => PromptFile.Read(Path.GetTempPath(), null, null));
    }

    /// <summary>The original's <c>[line.strip() for line in f.readlines()][start:end]</c>, of the lines that are not blank.</summary>
    [Fact]
    public void Any_text_is_read_as_the_original_reads_it_but_for_blank_lines() => Prop.ForAll(
        Gen.Elements("a", "b c", " ", "\t", "\n", "\r", "\r\n", "\u2028", "\x1c", "\v", "ü").ListOf().Select(string.Concat).ToArbitrary(),
        Gen.Choose(0, 4).ToArbitrary(), Gen.Choose(0, 4).ToArbitrary(), (text, start, length) =>
        {
            string[] lines = [.. text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n', '\r').Select(line => line.Trim([' ', '\t', '\u2028', '\x1c', '\v'])).Where(line => line.Length > 0)];
            string[] expected = [.. lines.Skip(start).Take(length)];
            return expected.SequenceEqual(Try(() => PromptFile.Parse(Encoding.UTF8.GetBytes(text), Name, start, start + length)) ?? []);
        }).QuickCheckThrowOnFailure();

    private static IReadOnlyList<string>? Try(Func<IReadOnlyList<string>> read)
    {
        try
        {
            return read();
        }
        catch (InputException)
        {
            return null;
        }
    }
}
