using OpenSora.Contracts;
using OpenSora.Inference.Weights.Safetensors;
using OpenSora.Inference.Weights.TorchZip;
using static TorchSharp.torch;

namespace OpenSora.Inference.Weights;

/// <summary>A mapped file of named tensors, whatever its format. A reader checks all of them before it gives out one.</summary>
internal abstract class TensorFile(MappedFile file, IReadOnlyDictionary<string, StoredTensor> tensors) : IDisposable
{
    public string Path => file.Path;

    public IReadOnlyDictionary<string, StoredTensor> Tensors => tensors;

    /// <summary>
    /// Opens a file in either format, told apart by its first bytes rather than by its name, as people rename files.
    /// </summary>
    /// <exception cref="InputException">It cannot be opened, or it is damaged.</exception>
    public static TensorFile Open(string path)
    {
        MappedFile file = MappedFile.Open(path);
        try
        {
            if (TorchZipFile.IsBarePickle(file))
                throw new InputException($"{path} is a bare pickle, as torch before 1.6 saved; read are safetensors and torch's zip archives. "
                    + "Save it again with a newer torch, or take a safetensors file");
            return TorchZipFile.Recognises(file) ? TorchZipFile.Read(file) : SafetensorsFile.Read(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The tensor of this name on the CPU, dense. It lies over the mapping and must not be written to; copied is only what
    /// is strided or misaligned in the file. It stays valid when the file is disposed.
    /// </summary>
    /// <exception cref="InputException">The file has no such tensor.</exception>
    public Tensor Load(string name) => tensors.TryGetValue(name, out StoredTensor? stored)
        ? stored.Load(file)
        : throw new InputException($"{Path} has no tensor {Show.Name(name)}");

    public void Dispose() => file.Dispose();
}
