namespace OpenSora.DemoModel.Stages;

/// <summary>Where and how stages work: what is common to their commands.</summary>
/// <param name="Folder">Checkpoints, caches and the finished model (in <c>model</c>).</param>
/// <param name="Seed">Of weights, data and noise.</param>
/// <param name="Workers">Threads.</param>
internal sealed record Workplace(string Folder, ulong Seed, int Workers, CancellationToken Stop)
{
    /// <summary>The four folders of the model in the public layouts.</summary>
    public string Model => Path.Combine(Folder, "model");

    public string SpatialFolder => Made(Path.Combine(Model, "vae2d", "vae"));

    public string VideoFolder => Made(Path.Combine(Model, "vae3d"));

    public string TransformerFolder => Made(Path.Combine(Model, "dit"));

    public string TextFolder => Made(Path.Combine(Model, "t5"));

    /// <summary>The state of a stage.</summary>
    public string State(string stage) => Path.Combine(Made(Folder), $"{stage}.safetensors");

    private static string Made(string folder) => Directory.CreateDirectory(folder).FullName;
}
