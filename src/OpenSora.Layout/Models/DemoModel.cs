using OpenSora.Contracts;
using OpenSora.Contracts.Generation;

namespace OpenSora.Layout.Models;

/// <summary>The model of this installation; it stands in for every folder when none was given.</summary>
public static class DemoModel
{
    /// <summary>The folders to load.</summary>
    /// <exception cref="InputException">A folder is not one of a network, or only some were given.</exception>
    public static ModelFolders Complete(ModelFolders given)
    {
        foreach ((string network, string? path) in new[] { ("dit", given.Dit), ("t5", given.T5), ("vae2d", given.Vae2d), ("vae3d", given.Vae3d) })
            if (path is not null)
                CheckpointFolder.Require(network, path);
        if (Installation.Models is not { } own || given is { Dit: not null, T5: not null, Vae2d: not null, Vae3d: not null })
            return given;
        if (given != new ModelFolders())
            throw new InputException("some --ckpt-path-* flags were given and some not: the demo model does not go with other weights; give all four (dit, t5, vae2d, vae3d) or none");
        return ModelFolders.In(own);
    }

    /// <summary>What the model of this installation has to say about itself; null where it is not the one that is loaded, or says nothing.</summary>
    public static string? Notice(ModelFolders given) =>
        given == new ModelFolders() && Installation.Models is { } own && Path.Combine(own, "NOTICE") is var file && File.Exists(file) ? File.ReadAllText(file).Trim() : null;
}
