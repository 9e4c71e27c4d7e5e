using OpenSora.Contracts;
using static TorchSharp.torch;

namespace OpenSora.Inference.Weights;

/// <summary>
/// The tensors of a checkpoint folder as the public repositories lay it out: one safetensors or torch file, or shards
/// with an index. Files are mapped; a tensor is read from disk when it is used.
/// </summary>
public sealed class Checkpoint : IDisposable
{
    private readonly List<TensorFile> _files;
    private readonly Dictionary<string, TensorFile> _fileOf = [];

    private Checkpoint(string path, List<TensorFile> files)
    {
        Path = path;
        _files = files;
    }

    /// <summary>The weights file or, for shards, the index.</summary>
    public string Path { get; }

    /// <summary>All tensors by checkpoint key.</summary>
    public IReadOnlyDictionary<string, WeightEntry> Entries { get; private set; } = new Dictionary<string, WeightEntry>();

    /// <summary>
    /// Opens the first of <c>X.safetensors</c>, <c>X.safetensors.index.json</c>, <c>X.bin</c>, <c>X.bin.index.json</c>
    /// that the folder has, for each candidate X in turn, e.g. <c>model</c>, <c>diffusion_pytorch_model</c>.
    /// <paramref name="folder"/> may also be a weights file or an index itself.
    /// </summary>
    /// <exception cref="InputException">There is none, or what is there is damaged, incomplete or wants to run code.</exception>
    public static Checkpoint Open(string folder, params string[] candidates)
    {
        if (File.Exists(folder))
            return OpenFile(folder);
        if (!Directory.Exists(folder))
            throw new InputException($"there is no folder {folder}: give the folder that a checkpoint was downloaded to");
        string[] names = candidates
            .SelectMany(name => new[] { $"{name}.safetensors", $"{name}.safetensors.index.json", $"{name}.bin", $"{name}.bin.index.json" })
            .ToArray();
        string? found = names.Select(name => System.IO.Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        return OpenFile(found ?? throw new InputException($"{folder} holds no weights: looked for {string.Join(", ", names)}"));
    }

    /// <summary>
    /// The tensor of this key on the CPU, dense, in the file's type. It lies over the mapped file and must not be written
    /// to; it stays valid when the checkpoint is disposed.
    /// </summary>
    /// <exception cref="InputException">The checkpoint has no such key.</exception>
    public Tensor Load(string name) => _fileOf.TryGetValue(name, out TensorFile? file)
        ? file.Load(name)
        : throw new InputException($"{Path} has no tensor {Show.Name(name)}");

    /// <summary>Unmaps the files, as soon as the last tensor over them is disposed too.</summary>
    public void Dispose() => _files.ForEach(file => file.Dispose());

    private static Checkpoint OpenFile(string path)
    {
        Checkpoint checkpoint = new(path, []);
        try
        {
            if (path.EndsWith(".index.json", StringComparison.Ordinal))
                checkpoint.AddShards(ShardIndex.Read(path));
            else
                checkpoint.AddFile(path);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
        checkpoint.Entries = checkpoint._fileOf.ToDictionary(pair => pair.Key, pair => pair.Value.Tensors[pair.Key].Entry);
        return checkpoint;
    }

    private TensorFile AddFile(string path)
    {
        TensorFile file = TensorFile.Open(path);
        _files.Add(file);
        foreach (string name in file.Tensors.Keys)
            _fileOf.TryAdd(name, file);
        return file;
    }

    /// <summary>
    /// The index decides which shard a key comes from. What shards hold beyond it is kept under its key, so that whoever
    /// builds a network from the checkpoint can object to it by name.
    /// </summary>
    private void AddShards(Dictionary<string, string> index)
    {
        string folder = System.IO.Path.GetDirectoryName(Path)!;
        string[] names = index.Values.Distinct().Order(StringComparer.Ordinal).ToArray();
        string[] missing = names.Where(name => !File.Exists(System.IO.Path.Combine(folder, name))).ToArray();
        if (missing.Length > 0)
            throw new InputException($"{Path} names {missing.Length} files that are not in its folder: {Show.List(missing)}; download them too");

        Dictionary<string, TensorFile> shards = names.ToDictionary(name => name, name => AddFile(System.IO.Path.Combine(folder, name)));
        string[] absent = index.Where(pair => !shards[pair.Value].Tensors.ContainsKey(pair.Key)).Select(pair => pair.Key).ToArray();
        if (absent.Length > 0)
            throw new InputException($"{Path} names {absent.Length} tensors that are not in their files: {Show.List(absent)}");
        foreach ((string key, string name) in index)
            _fileOf[key] = shards[name];
    }
}
