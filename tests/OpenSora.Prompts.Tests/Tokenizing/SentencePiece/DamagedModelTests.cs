using OpenSora.Contracts;
using OpenSora.Prompts.Tokenizing.SentencePiece;
using OpenSora.TestKit;

namespace OpenSora.Prompts.Tests.Tokenizing.SentencePiece;

/// <summary>A file that is no vocabulary of T5 is refused by name, with what is wrong and what to do.</summary>
public sealed class DamagedModelTests : IDisposable
{
    private static readonly byte[] Whole = File.ReadAllBytes(Path.Combine(Repository.Golden, "checkpoints", "t5", "spiece.model"));

    private readonly string _folder = Directory.CreateTempSubdirectory("opensora-pieces-").FullName;

    private string Model => Path.Combine(_folder, "spiece.model");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_missing_file_is_named() => AssertRefused("is missing");

    [Fact]
    public void A_folder_is_named()
    {
        Directory.CreateDirectory(Model);
        AssertRefused("it is a folder");
    }

    [Fact]
    public void An_empty_file_is_named() => AssertRefused([], "it is empty");

    [Fact]
    public void Text_is_no_model() => AssertRefused("version https://git-lfs.github.com/spec/v1\noid sha256:0123\n"u8, "is no SentencePiece model");

    /// <summary>Fields of the trainer's settings (2), of normalization (3) and pieces (1), appended: the last word is theirs.</summary>
    [Theory]
    [InlineData(new byte[] { 0x12, 2, 0x18, 2 }, "it is a BPE model")]
    [InlineData(new byte[] { 0x12, 2, 0x18, 3 }, "it is a word model")]
    [InlineData(new byte[] { 0x12, 3, 0x98, 0x02, 1 }, "it takes unknown text as bytes")]
    [InlineData(new byte[] { 0x12, 3, 0xC0, 0x01, 1 }, "its words end with their space")]
    [InlineData(new byte[] { 0x1A, 2, 0x28, 0 }, "it keeps spaces")]
    [InlineData(new byte[] { 0x1A, 5, 0x12, 3, 1, 2, 3 }, "its map of characters breaks off")]
    [InlineData(new byte[] { 0x1A, 10, 0x12, 8, 0xFF, 0, 0, 0, 1, 2, 3, 4 }, "its map of characters breaks off")]
    [InlineData(new byte[] { 0x0A, 5, 0x0A, 1, (byte)'~', 0x18, 2 }, "2 pieces for unknown text")]
    [InlineData(new byte[] { 0x0A, 5, 0x0A, 1, (byte)'~', 0x18, 6 }, "its piece 1200 is of kind 6")]
    [InlineData(new byte[] { 0x0A, 7, 0x0A, 5, (byte)'<', (byte)'u', (byte)'n', (byte)'k', (byte)'>' }, "its piece 1200 is empty or there twice")]
    [InlineData(new byte[] { 0x0A, 2, 0x0A, 0 }, "its piece 1200 is empty or there twice")]
    [InlineData(new byte[] { 0x0A, 8, 0x0A, 1, (byte)'~', 0x15, 0, 0, 0xC0, 0x7F }, "its piece 1200 has the score NaN")]
    public void Another_kind_of_model_is_named(byte[] fields, string expected) => AssertRefused([.. Whole, .. fields], expected);

    [Fact]
    public void A_model_without_an_unknown_piece_is_named() =>
        AssertRefused([0x0A, 3, 0x0A, 1, (byte)'a', .. Specifications], "0 pieces for unknown text");

    [Fact]
    public void A_model_without_text_is_named() =>
        AssertRefused([0x0A, 5, 0x0A, 1, (byte)'?', 0x18, 2, .. Specifications], "no pieces of text");

    [Fact]
    public void Where_special_pieces_lie_does_not_matter()
    {
        byte[] pieces = [0x0A, 8, 0x0A, 1, (byte)'a', 0x15, 0, 0, 0x80, 0xBF, 0x0A, 5, 0x0A, 1, (byte)'?', 0x18, 2];
        File.WriteAllBytes(Model, [.. pieces, .. Specifications]);
        SentencePieces model = SentencePieces.Load(Model);
        Assert.Equal([1, 0, 1, 0], model.Encode("axxa"));
    }

    [Fact]
    public void A_model_that_breaks_off_is_named_wherever_it_does()
    {
        for (int length = 1; length < Whole.Length; length += length < 2000 ? 1 : 100)
            AssertRefused(Whole.AsSpan(0, length), ModelFile.BreaksOff);
    }

    /// <summary>Most of a file has no form to check: what is damaged there may work, and nothing else may happen.</summary>
    [Fact]
    public void Damaged_bytes_are_refused_or_work()
    {
        Random random = new(7);
        int refused = 0;
        for (int i = 0; i < 400; i++)
        {
            byte[] damaged = [.. Whole];
            for (int flips = 1 + i % 8; flips > 0; flips--)
                damaged[random.Next(i % 2 == 0 ? 20_000 : damaged.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(Model, damaged);
            try
            {
                SentencePieces model = SentencePieces.Load(Model);
                Assert.All(model.Encode("a Ｃafé\u0001 ﷺ 😀"), id => Assert.InRange(id, 0, model.Pieces.Count - 1));
            }
            catch (InputException e)
            {
                Assert.Contains(Model, e.Message);
                refused++;
            }
        }
        Assert.InRange(refused, 100, 399);
    }

    /// <summary>The settings without which a model is not whole: nothing but defaults.</summary>
    private static byte[] Specifications => [0x12, 0, 0x1A, 0];

    private void AssertRefused(ReadOnlySpan<byte> file, string expected)
    {
        File.WriteAllBytes(Model, file);
        AssertRefused(expected);
    }

    private void AssertRefused(string expected)
    {
        string message = Assert.Throws<InputException>(() => SentencePieces.Load(Model)).Message;
        Assert.StartsWith(Model, message);
        Assert.Contains(expected, message);
        Assert.Contains("download", message);
    }
}
