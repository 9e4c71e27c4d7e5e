using OpenSora.DemoModel.Stages;
using OpenSora.Prompts.Tokenizing;
using OpenSora.TestKit;

namespace OpenSora.DemoModel.Tests.Stages;

public sealed class TextFolderTests : IDisposable
{
    private static readonly string Demo = Path.Combine(Repository.Root, "models", "demo", "t5");

    private readonly string _folder = Directory.CreateTempSubdirectory("opensora-text-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void It_holds_what_the_demo_models_folder_holds()
    {
        TextFolder.Write(_folder, seed: 1);
        string[] files = Names(Demo);
        Assert.Equal(files, Names(_folder));
        Assert.Contains("spiece.model", files);
        // The last bits of weights are the mathematics library's.
        Assert.All(files.Where(file => !file.EndsWith(".bin", StringComparison.Ordinal)),
            file => Assert.Equal(File.ReadAllBytes(Path.Combine(Demo, file)), File.ReadAllBytes(Path.Combine(_folder, file))));
    }

    [Fact]
    public void Its_vocabulary_knows_the_words_of_captions() =>
        Assert.DoesNotContain(2, T5Tokenizer.Load(Demo).Encode("a yellow triangle gliding up and left over a gray background"));

    private static string[] Names(string folder) =>
        [.. Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];
}
