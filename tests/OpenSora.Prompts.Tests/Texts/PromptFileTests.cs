using OpenSora.Contracts;
using OpenSora.Prompts.Texts;

namespace OpenSora.Prompts.Tests.Texts;

public sealed class PromptFileTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    [Theory]
    [InlineData(null, null, "one,,two,three")]
    [InlineData(1, 3, ",two")]
    [InlineData(3, null, "three")]
    [InlineData(null, 99, "one,,two,three")]
    public void Lines_are_stripped_and_blank_ones_kept(int? start, int? end, string expected)
    {
        File.WriteAllText(_file, " one \r\n\t\n\u00a0two\u2003\rthree\x1c");
        Assert.Equal(expected.Split(','), PromptFile.Read(_file, start, end));
    }

    [Fact]
    public void No_lines_in_the_range_are_refused()
    {
        File.WriteAllText(_file, "one\ntwo\n");
        Assert.Contains("has 2 lines", Assert.Throws<InputException>(() => PromptFile.Read(_file, 2, null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_refused()
    {
        File.WriteAllBytes(_file, [0x61, 0xFF, 0xFE, 0x0A]);
        Assert.Contains("UTF-8", Assert.Throws<InputException>(() => PromptFile.Read(_file, null, null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_or_a_folder_is_refused()
    {
        Assert.Throws<InputException>(() => PromptFile.Read(_file + ".none", null, null));
        Assert.Throws<InputException>(() => PromptFile.Read(Path.GetTempPath(), null, null));
    }

    public void Dispose() => File.Delete(_file);
}
