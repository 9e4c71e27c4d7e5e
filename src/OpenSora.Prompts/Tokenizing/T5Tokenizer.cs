using System.Security.Cryptography;
using System.Text;
using OpenSora.Contracts;
using OpenSora.Layout.Models;
using OpenSora.Prompts.Cleaning.Python;
using OpenSora.Prompts.Tokenizing.SentencePiece;

namespace OpenSora.Prompts.Tokenizing;

/// <summary>
/// T5's tokenizer, id for id as <c>T5Tokenizer</c> of transformers 4.26: special tokens are cut out of the text, what is
/// between them goes through SentencePiece, the end of the sentence follows. May be used by several threads at a time.
/// </summary>
public sealed class T5Tokenizer
{
    private const string Pieces = "spiece.model";

    private static readonly string[] Files = [Pieces, .. T5SpecialTokens.Files];

    private readonly SentencePieces _pieces;
    private readonly T5SpecialTokens _special;

    private T5Tokenizer(SentencePieces pieces, T5SpecialTokens special) => (_pieces, _special) = (pieces, special);

    /// <summary>Ids are below this: the pieces and the extra ids.</summary>
    public int VocabularySize => _special.VocabularySize;

    /// <summary>Reads <c>spiece.model</c> and, where they are, <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c>.</summary>
    /// <param name="folder">A T5 checkpoint, e.g. of <c>DeepFloyd/t5-v1_1-xxl</c>.</param>
    /// <exception cref="InputException">A file is missing or damaged.</exception>
    public static T5Tokenizer Load(string folder)
    {
        SentencePieces pieces = SentencePieces.Load(Path.Combine(folder, Pieces));
        return new T5Tokenizer(pieces, T5SpecialTokens.Load(folder, pieces));
    }

    /// <summary>The tokenizer of a checkpoint whose embedding has room for its tokens; public ones have more rows, for padding.</summary>
    /// <inheritdoc cref="Load"/>
    public static T5Tokenizer OfCheckpoint(string folder)
    {
        T5Tokenizer tokenizer = Load(folder);
        long rows = T5EncoderConfig.Read(folder).VocabSize;
        return tokenizer.VocabularySize <= rows ? tokenizer : throw new InputException(
            $"{folder}: spiece.model and the extra ids are {tokenizer.VocabularySize} tokens, the embedding has {rows} rows (vocab_size in config.json): "
            + "files of different models; download the folder again");
    }

    /// <summary>Names the vocabulary of a folder: a hash of the files that decide which ids a text has.</summary>
    public static string NameOf(string folder)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in Files.Select(name => Path.Combine(folder, name)).Where(File.Exists))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{Path.GetFileName(file)} {new FileInfo(file).Length}\n"));
            hash.AppendData(File.ReadAllBytes(file));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The ids of the whole text; they end with the end of the sentence.</summary>
    public int[] Encode(string text)
    {
        List<int> ids = EncodeText(text);
        AppendEnd(ids);
        return [.. ids];
    }

    /// <summary>The ids of the text, cut or padded to exactly <paramref name="length"/>. What is cut keeps its end of the sentence.</summary>
    /// <param name="text">Usually what <see cref="Cleaning.CaptionCleaner.Preprocess"/> returned.</param>
    /// <param name="length">At least 1; 300 for Open-Sora's models.</param>
    public TokenizedPrompt Tokenize(string text, int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        List<int> ids = EncodeText(text);
        if (ids.Count > length - 1)
            ids.RemoveRange(length - 1, ids.Count - (length - 1));
        AppendEnd(ids);

        long[] padded = new long[length];
        for (int i = 0; i < length; i++)
            padded[i] = i < ids.Count ? ids[i] : _special.Padding;
        return new TokenizedPrompt(padded, ids.Count);
    }

    /// <summary>The text of some ids; special tokens are as they are written.</summary>
    public string Decode(IEnumerable<int> ids) => PythonText.Strip(string.Concat(ids.Select(TextOf)).Replace('▁', ' '));

    /// <summary>What the vocabulary has words for in a text: that without unknown tokens and the end.</summary>
    public string Known(string text) => Decode(EncodeText(text).Where(id => id != _special.Unknown && id != _special.End));

    private string TextOf(int id) => id < _pieces.Pieces.Count ? _pieces.Pieces[id].Text : $"<extra_id_{VocabularySize - 1 - id}>";

    /// <summary>Spaces beside a special token belong to it.</summary>
    private List<int> EncodeText(string text)
    {
        List<int> ids = [];
        int start = 0;
        for (int at = 0; at < text.Length;)
        {
            if (_special.At(text, at) is not var (token, id))
            {
                at++;
                continue;
            }
            EncodeBetween(PythonText.StripEnd(text[start..at]), isFirst: start == 0, ids);
            ids.Add(id);
            start = at += token.Length;
        }
        EncodeBetween(text[start..], isFirst: start == 0, ids);
        return ids;
    }

    private void EncodeBetween(string text, bool isFirst, List<int> ids)
    {
        text = isFirst ? text : PythonText.StripStart(text);
        if (text.Length > 0)
            ids.AddRange(_pieces.Encode(text));
    }

    /// <summary>A text that spells the end out itself gets no second one.</summary>
    private void AppendEnd(List<int> ids)
    {
        if (ids.Count == 0 || ids[^1] != _special.End)
            ids.Add(_special.End);
    }
}
