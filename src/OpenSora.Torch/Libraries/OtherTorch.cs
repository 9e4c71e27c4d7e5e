namespace OpenSora.Torch;

/// <summary>A torch of this machine in place of the package's, as <c>native/prepare</c> made it ready.</summary>
/// <param name="Binding">The folder of the library that TorchSharp calls, built for it.</param>
/// <param name="Folder">The folder of its libraries.</param>
internal sealed record OtherTorch(string Binding, string Folder)
{
    public const string Variable = "OPENSORA_TORCH";

    /// <summary>What the preparation tells.</summary>
    private const string Note = "torch.txt";

    /// <summary>The one that the environment names; null for the package's.</summary>
    /// <exception cref="DeviceException">It is not made ready.</exception>
    public static OtherTorch? Chosen() => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder ? In(folder) : null;

    /// <exception cref="DeviceException">It is not made ready.</exception>
    public static OtherTorch In(string folder)
    {
        string note = Path.Combine(folder, Note);
        return File.Exists(note) ? new OtherTorch(folder, File.ReadAllText(note).Trim())
            : throw new DeviceException($"torch cannot be loaded: {Variable} is {folder}, for which nothing was built yet. Remedy: start through ./opensora, " +
                "which builds what a torch of this machine needs, or give the folder that `src/OpenSora.Torch/native/prepare` prints for it");
    }
}
