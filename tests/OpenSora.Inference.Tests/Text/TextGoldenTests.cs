using OpenSora.Inference.Verification;

namespace OpenSora.Inference.Tests.Text;

/// <summary>Cases 5 and 6 of the reference data: 229 tokenized and 256 cleaned texts.</summary>
public sealed class TextGoldenTests
{
    [Fact]
    public void Tokens_are_the_originals() => AssertAllOk(Case5SentencePiece.Run(Networks.Golden), files: 2);

    [Fact]
    public void Cleaned_prompts_are_the_originals() => AssertAllOk(Case6TextCleaning.Run(Networks.Golden), files: 1);

    private static void AssertAllOk(IEnumerable<GoldenResult> results, int files)
    {
        GoldenResult[] rows = [.. results];
        Assert.Equal(files, rows.Length);
        Assert.All(rows, row => Assert.True(row.MaxError == 0, $"{row.Name}: {row.Detail}"));
    }
}
