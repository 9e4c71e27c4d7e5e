using OpenSora.Contracts;
using OpenSora.Prompts.Tokenizing;
using OpenSora.TestKit;

namespace OpenSora.Prompts.Tests.Tokenizing;

public sealed class T5TokenizerTests : IDisposable
{
    private static readonly string Checkpoint = Path.Combine(Repository.Golden, "checkpoints", "t5");

    private readonly T5Tokenizer _tokenizer = T5Tokenizer.Load(Checkpoint);
    private readonly string _folder = Directory.CreateTempSubdirectory("opensora-t5-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_empty_prompt_is_the_end_of_the_sentence()
    {
        TokenizedPrompt prompt = _tokenizer.Tokenize("", 4);
        Assert.Equal([1, 0, 0, 0], prompt.Ids);
        Assert.Equal([1, 0, 0, 0], prompt.Mask);
        Assert.Equal(1, prompt.Length);
    }

    [Fact]
    public void What_is_cut_keeps_its_end()
    {
        int[] whole = _tokenizer.Encode("a cat sits on a mat and looks at a bird");
        TokenizedPrompt cut = _tokenizer.Tokenize("a cat sits on a mat and looks at a bird", 5);
        Assert.Equal([.. whole[..4].Select(id => (long)id), 1], cut.Ids);
        Assert.Equal(5, cut.Length);
        Assert.Equal([1], _tokenizer.Tokenize("a cat", 1).Ids);
    }

    [Theory]
    [InlineData("</s>", new[] { 1 })]
    [InlineData("a</s>", new[] { 8, 1 })]
    [InlineData("</s>a", new[] { 1, 8, 1 })]
    [InlineData("a <pad> a", new[] { 8, 0, 8, 1 })]
    [InlineData("<pad><unk>", new[] { 0, 2, 1 })]
    [InlineData("<extra_id_0><extra_id_99>", new[] { 1299, 1200, 1 })]
    public void Special_tokens_are_cut_out(string text, int[] ids) => Assert.Equal(ids, _tokenizer.Encode(text));

    [Fact]
    public void Padding_in_the_text_is_no_padding()
    {
        TokenizedPrompt prompt = _tokenizer.Tokenize("a<pad>", 4);
        Assert.Equal([8, 0, 1, 0], prompt.Ids);
        Assert.Equal([1, 1, 1, 0], prompt.Mask);
    }

    [Fact]
    public void The_number_of_extra_ids_is_read()
    {
        Copy("spiece.model");
        File.WriteAllText(Path.Combine(_folder, "tokenizer_config.json"), """{"extra_ids": 2, "eos_token": {"content": "</s>", "lstrip": false}}""");
        T5Tokenizer tokenizer = T5Tokenizer.Load(_folder);
        Assert.Equal(1202, tokenizer.VocabularySize);
        Assert.Equal([1201, 1], tokenizer.Encode("<extra_id_0>"));
        Assert.NotEqual([1199, 1], tokenizer.Encode("<extra_id_2>"));
    }

    [Fact]
    public void Without_its_settings_it_is_T5s()
    {
        Copy("spiece.model");
        T5Tokenizer tokenizer = T5Tokenizer.Load(_folder);
        Assert.Equal(_tokenizer.VocabularySize, tokenizer.VocabularySize);
        Assert.Equal(_tokenizer.Encode("say <extra_id_1>.</s>"), tokenizer.Encode("say <extra_id_1>.</s>"));
    }

    [Fact]
    public void A_missing_vocabulary_is_named() => AssertRefused("spiece.model is missing");

    [Fact]
    public void A_damaged_vocabulary_is_named()
    {
        File.WriteAllBytes(Path.Combine(_folder, "spiece.model"), File.ReadAllBytes(Path.Combine(Checkpoint, "spiece.model"))[..1000]);
        AssertRefused("spiece.model");
    }

    [Theory]
    [InlineData("{", "tokenizer_config.json")]
    [InlineData("[]", "tokenizer_config.json")]
    [InlineData("""{"extra_ids": -1}""", "extra_ids is -1")]
    [InlineData("""{"extra_ids": "many"}""", "extra_ids")]
    [InlineData("""{"eos_token": "<end>"}""", "<end>")]
    public void Bad_settings_are_named(string config, string expected)
    {
        Copy("spiece.model");
        File.WriteAllText(Path.Combine(_folder, "tokenizer_config.json"), config);
        AssertRefused(expected);
    }

    private void AssertRefused(string expected) =>
        Assert.Contains(expected, Assert.Throws<InputException>(() => T5Tokenizer.Load(_folder)).Message);

    private void Copy(string name) => File.Copy(Path.Combine(Checkpoint, name), Path.Combine(_folder, name));
}
