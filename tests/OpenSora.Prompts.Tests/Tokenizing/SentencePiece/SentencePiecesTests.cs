using System.Text.Json;
using OpenSora.Inference.Verification;
using OpenSora.Prompts.Tokenizing.SentencePiece;
using OpenSora.TestKit;

namespace OpenSora.Prompts.Tests.Tokenizing.SentencePiece;

public sealed class SentencePiecesTests : IDisposable
{
    private static readonly string Golden = Path.Combine(Repository.Golden, "checkpoints", "t5", "spiece.model");
    private static readonly string Demo = Path.Combine(Repository.Root, "models", "demo", "t5", "spiece.model");

    private readonly string _folder = Directory.CreateTempSubdirectory("opensora-pieces-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>
    /// What libsentencepiece 0.1.97 makes of texts that are easily got wrong: control characters, marks, spaces of all kinds,
    /// runs, halves of surrogate pairs. The bytes override how the model normalizes.
    /// </summary>
    [Theory]
    [InlineData("golden", new byte[0])]
    [InlineData("keeps_spaces", new byte[] { 0x1A, 2, 0x20, 0 })]
    [InlineData("no_prefix", new byte[] { 0x1A, 2, 0x18, 0 })]
    [InlineData("demo", new byte[0])]
    public void Ids_are_the_librarys(string column, byte[] normalization)
    {
        string path = Path.Combine(_folder, "spiece.model");
        File.WriteAllBytes(path, [.. File.ReadAllBytes(column == "demo" ? Demo : Golden), .. normalization]);
        SentencePieces model = SentencePieces.Load(path);
        using JsonDocument rows = JsonDocument.Parse(File.ReadAllText(
            Path.Combine(Repository.Root, "tests", "OpenSora.Prompts.Tests", "Tokenizing", "SentencePiece", "hard-texts.json")));
        string[] different =
        [
            .. rows.RootElement.EnumerateArray()
                .Where(row => !model.Encode(GoldenTable.Text(row.GetProperty("text"))).Select(id => (long)id).SequenceEqual(GoldenTable.Numbers(row.GetProperty(column))))
                .Select(row => row.GetRawText()),
        ];
        Assert.Empty(different);
        Assert.Equal(198, rows.RootElement.GetArrayLength());
    }

    /// <summary>Splits that are as likely as each other differ in the order of their pieces: the library adds with more bits.</summary>
    [Theory]
    [InlineData("pmtlxjdwlrglllkx", new[] { 3, 31, 46, 13, 32, 172, 296, 14, 80, 32, 25, 39, 207, 32, 57, 172 })]
    [InlineData("jwlllavyqhnhkpqvedty", new[] { 3, 296, 80, 207, 32, 17, 89, 43, 319, 73, 30, 73, 57, 31, 319, 89, 23, 13, 43 })]
    public void Of_equally_likely_splits_it_takes_one(string text, int[] librarys)
    {
        int[] ids = SentencePieces.Load(Golden).Encode(text);
        Assert.NotEqual(librarys, ids);
        Assert.Equal(librarys.Order(), ids.Order());
    }

    [Fact]
    public void Ids_and_pieces_belong_together()
    {
        SentencePieces model = SentencePieces.Load(Golden);
        int[] ids = model.Encode("a beautiful waterfall");
        Assert.Equal(model.EncodeAsPieces("a beautiful waterfall"), ids.Select(id => model.Pieces[id].Text));
        Assert.Equal(ids, ids.Select(id => model.IdOf(model.Pieces[id].Text)));
        Assert.Equal(PieceKind.Unknown, model.Pieces[model.IdOf("no such piece")].Kind);
        Assert.Equal(["▁", "☃☃"], model.EncodeAsPieces("☃☃"));
    }

    [Fact]
    public void Threads_share_a_model()
    {
        SentencePieces model = SentencePieces.Load(Golden);
        string[] texts = [.. Enumerable.Range(1, 8).Select(words => string.Join(' ', Enumerable.Repeat("a cup of coffee", words)))];
        int[][] expected = [.. texts.Select(model.Encode)];
        Parallel.For(0, 400, i => Assert.Equal(expected[i % 8], model.Encode(texts[i % 8])));
    }
}
