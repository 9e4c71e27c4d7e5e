using OpenSora.Contracts;
using OpenSora.Contracts.Generation;

namespace OpenSora.Card;

/// <summary>The model that ships with the program; it stands in for every folder that was not given.</summary>
internal static class DemoModel
{
    /// <summary>The folders to load. Says so when the demo model is used.</summary>
    /// <exception cref="InputException">A folder is missing, or only some were given.</exception>
    public static ModelFolders Complete(ModelFolders given, EventWriter events)
    {
        foreach ((string flag, string? path) in new[] { ("dit", given.Dit), ("t5", given.T5), ("vae2d", given.Vae2d), ("vae3d", given.Vae3d) })
            if (path is not null && !Directory.Exists(path))
                throw new InputException($"--ckpt-path-{flag} {path} does not exist: give the folder with config.json and weights that was downloaded");
        string? demo = Installation.Models;
        if (demo is null || given is { Dit: not null, T5: not null, Vae2d: not null, Vae3d: not null })
            return given;
        if (given != new ModelFolders())
            throw new InputException("some --ckpt-path-* flags were given and some not: the demo model does not go with other weights; give all four (dit, t5, vae2d, vae3d) or none");
        string notice = Path.Combine(demo, "NOTICE");
        if (File.Exists(notice))
            events.Write(new Notice(File.ReadAllText(notice).Trim()));
        return new ModelFolders
        {
            Dit = Path.Combine(demo, "dit"),
            T5 = Path.Combine(demo, "t5"),
            Vae2d = Path.Combine(demo, "vae2d"),
            Vae3d = Path.Combine(demo, "vae3d"),
        };
    }
}
