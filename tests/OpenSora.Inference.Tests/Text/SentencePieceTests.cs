using OpenSora.TestKit;
using SentencePiece;

namespace OpenSora.Inference.Tests.Text;

public sealed class SentencePieceTests
{
    private static readonly string Model = Path.Combine(Repository.Golden, "checkpoints", "t5", "spiece.model");

    private static readonly Dictionary<string, string> Options = new()
    {
        ["model_type"] = "unigram",
        ["vocab_size"] = "22",
        ["pad_id"] = "0",
        ["eos_id"] = "1",
        ["unk_id"] = "2",
        ["bos_id"] = "-1",
    };

    private static IEnumerable<string> Sentences =>
        Enumerable.Range(0, 300).Select(i => $"a {(i % 2 == 0 ? "red" : "blue")} {(i % 3 == 0 ? "ball" : "square")} moves {(i % 5 == 0 ? "left" : "right")}");

    [Fact]
    public void Ids_and_pieces_belong_together()
    {
        using SentencePieceProcessor model = SentencePieceProcessor.Load(Model);
        int[] ids = model.Encode("a beautiful waterfall");
        Assert.Equal(model.EncodeAsPieces("a beautiful waterfall"), ids.Select(model.IdToPiece));
        Assert.Equal(ids, ids.Select(id => model.PieceToId(model.IdToPiece(id))));
        Assert.Equal(PieceKind.Unknown, model.Kind(model.PieceToId("no such piece")));
        Assert.Equal(model.Encode("a\uFFFDb"), model.Encode("a\uD800b"));
    }

    [Fact]
    public void Ids_out_of_range_are_refused()
    {
        using SentencePieceProcessor model = SentencePieceProcessor.Load(Model);
        Assert.Throws<ArgumentOutOfRangeException>(() => model.IdToPiece(model.Size));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Score(-1));
    }

    [Fact]
    public void A_disposed_model_refuses_work()
    {
        SentencePieceProcessor model = SentencePieceProcessor.Load(Model);
        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.Encode("a"));
    }

    [Fact]
    public void Threads_share_a_model()
    {
        using SentencePieceProcessor model = SentencePieceProcessor.Load(Model);
        int[] expected = model.Encode("a cup of coffee");
        Parallel.For(0, 200, _ => Assert.Equal(expected, model.Encode("a cup of coffee")));
    }

    [Fact]
    public void Bytes_that_are_no_model_are_refused()
    {
        Assert.Throws<SentencePieceException>(() => new SentencePieceProcessor([1, 2, 3]));
        Assert.Throws<SentencePieceException>(() => new SentencePieceProcessor([]));
    }

    [Fact]
    public void A_model_that_breaks_off_is_refused_wherever_it_does()
    {
        byte[] whole = File.ReadAllBytes(Model);
        for (int length = 0; length < whole.Length; length += length < 2000 ? 1 : 997)
            Assert.Throws<SentencePieceException>(() => new SentencePieceProcessor(whole.AsSpan(0, length)));
    }

    [Fact]
    public void Training_repeats_bit_for_bit()
    {
        byte[] model = SentencePieceTrainer.Train(Sentences, Options);
        Assert.Equal(model, SentencePieceTrainer.Train(Sentences, Options));

        using SentencePieceProcessor trained = new(model);
        Assert.Equal(22, trained.Size);
        Assert.Equal(("<pad>", "</s>", "<unk>"), (trained.IdToPiece(0), trained.IdToPiece(1), trained.IdToPiece(2)));
        Assert.DoesNotContain(2, trained.Encode("a red square moves left"));
        Assert.Contains(2, trained.Encode("Ж"));
    }

    [Fact]
    public void Training_that_cannot_be_says_why()
    {
        Dictionary<string, string> tooMany = new(Options) { ["vocab_size"] = "5000" };
        Assert.Contains("5000", Assert.Throws<SentencePieceException>(() => SentencePieceTrainer.Train(Sentences, tooMany)).Message);
        Dictionary<string, string> unknown = new(Options) { ["no_such_option"] = "1" };
        Assert.Contains("no_such_option", Assert.Throws<SentencePieceException>(() => SentencePieceTrainer.Train(Sentences, unknown)).Message);
    }

    [Fact]
    public void A_failure_of_the_sentences_reaches_the_caller()
    {
        IEnumerable<string> broken = Sentences.Take(10).Concat(Enumerable.Range(0, 1).Select<int, string>(_ => throw new IOException("disk gone")));
        InvalidOperationException failure = Assert.Throws<InvalidOperationException>(() => SentencePieceTrainer.Train(broken, Options));
        Assert.IsType<IOException>(failure.InnerException);
    }
}
