using System.Text;
using FsCheck;
using FsCheck.Fluent;
using OpenSora.Prompts.Plans;

namespace OpenSora.Prompts.Tests.Plans;

public class OutputNameTests
{
    [Theory]
    [InlineData("a/b\\c", "o/a_b_c")]
    [InlineData("/etc/passwd", "o/_etc_passwd")]
    [InlineData("..", "o/_")]
    [InlineData("", "o/_")]
    [InlineData("tab\there", "o/tab_here")]
    public void A_prompt_stays_in_its_folder(string prompt, string path) => Assert.Equal(path, OutputName.Of("o", null, 0, prompt));

    [Fact]
    public void Any_prompt_is_a_name_that_a_file_system_takes() => Prop.ForAll<NonNull<string>>(prompt =>
    {
        string name = Path.GetFileName(OutputName.Of("o", null, 0, string.Concat(Enumerable.Repeat(prompt.Get + "é😀", 60)), samples: 2, sample: 1));
        return Encoding.UTF8.GetByteCount(name) <= 220 && !name.Contains('\ufffd', StringComparison.Ordinal) == !prompt.Get.Any(char.IsSurrogate);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(50));

    [Fact]
    public void Long_prompts_with_the_same_beginning_have_files_of_their_own()
    {
        string beginning = new('x', 300);
        Assert.NotEqual(OutputName.Of("o", null, 0, beginning + "a"), OutputName.Of("o", null, 0, beginning + "b"));
        Assert.Equal(OutputName.Of("o", null, 0, beginning + "a"), OutputName.Of("o", null, 1, beginning + "a"));
    }
}
