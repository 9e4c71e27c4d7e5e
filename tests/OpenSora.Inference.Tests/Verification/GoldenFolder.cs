using System.Text.Json.Nodes;
using OpenSora.Inference.Verification;
using OpenSora.Inference.Weights;
using OpenSora.Inference.Weights.Safetensors;
using OpenSora.TestKit;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Verification;

/// <summary>A golden folder of some files of <c>tests/golden</c>, changed by a test, with its checkpoints.</summary>
internal sealed class GoldenFolder : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("opensora-golden-").FullName;

    public GoldenFolder() => Directory.CreateSymbolicLink(Path.Combine(_folder, "checkpoints"), Path.Combine(Repository.Golden, "checkpoints"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Where a file of the folder is to lie; its folder is made.</summary>
    public string At(string file)
    {
        string path = Path.Combine(_folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    /// <summary>Takes files of the repository's golden folder.</summary>
    public GoldenFolder With(params ReadOnlySpan<string> files)
    {
        foreach (string file in files)
            File.Copy(Path.Combine(Repository.Golden, file), At(file));
        return this;
    }

    /// <summary>Takes a JSON file and changes it.</summary>
    public GoldenFolder WithJson(string file, Action<JsonNode> change)
    {
        JsonNode json = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Golden, file)))!;
        change(json);
        File.WriteAllText(At(file), json.ToJsonString());
        return this;
    }

    /// <summary>Takes a tensor file and changes it.</summary>
    public GoldenFolder WithTensors(string file, Action<Dictionary<string, Tensor>> change)
    {
        using var scope = NewDisposeScope();
        using GoldenTensors golden = new(Path.Combine(Repository.Golden, file));
        Dictionary<string, Tensor> tensors = golden.Names.ToDictionary(name => name, name => golden[name].clone());
        change(tensors);
        SafetensorsWriter.Write(At(file), [.. tensors.Select(tensor => OutgoingTensor.Of(tensor.Key, tensor.Value.contiguous()))]);
        return this;
    }

    public GoldenResult[] Verify() => [.. GoldenSuite.Run(Networks.Golden with { Folder = _folder })];

    /// <summary>Its only row.</summary>
    public GoldenResult Row() => Assert.Single(Verify());
}
