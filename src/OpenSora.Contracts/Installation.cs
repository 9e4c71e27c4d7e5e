using OpenSora.Contracts.Settings;

namespace OpenSora.Contracts;

/// <summary>Where the parts of an installation lie.</summary>
public static class Installation
{
    private static readonly InstallationOptions Options = SettingsReader.Read<InstallationOptions>();

    /// <summary>
    /// The folder with <c>models/demo</c>: <c>OPENSORA_HOME</c>, else the first folder above the program that has one.
    /// </summary>
    public static string? Home { get; } = Options.Home ?? Find();

    /// <summary>
    /// The folder with <c>dit</c>, <c>t5</c>, <c>vae2d</c> and <c>vae3d</c> for requests that name no checkpoints:
    /// <c>OPENSORA_MODELS</c>, else <c>models/demo</c>; null when there is neither.
    /// </summary>
    public static string? Models { get; } = Options.Models
        ?? (Home is not null && Path.Combine(Home, "models", "demo") is var demo && Directory.Exists(demo) ? demo : null);

    /// <summary>The reference tensors of a clone, <c>tests/golden</c>; null in what was published.</summary>
    public static string? Golden { get; } = Home is not null && Path.Combine(Home, "tests", "golden") is var golden && Directory.Exists(golden) ? golden : null;

    /// <summary>The card program: <c>OPENSORA_CARD</c>, else beside this program, else where <c>dotnet build</c> puts it.</summary>
    /// <exception cref="InputException">It is nowhere.</exception>
    public static string CardProgram() => Program("OpenSora.Card", Options.Card, "OPENSORA_CARD");

    /// <summary>The silo program: <c>OPENSORA_SILO</c>, else beside this program, else where <c>dotnet build</c> puts it.</summary>
    /// <exception cref="InputException">It is nowhere.</exception>
    public static string SiloProgram() => Program("OpenSora.Silo", Options.Silo, "OPENSORA_SILO");

    /// <summary>The program that generates: <c>OPENSORA_GENERATE</c>, else beside this program, else where <c>dotnet build</c> puts it.</summary>
    /// <exception cref="InputException">It is nowhere.</exception>
    public static string GenerateProgram() => Program("OpenSora.Generate", Options.Generate, "OPENSORA_GENERATE");

    private static string Program(string name, string? named, string variable)
    {
        string built = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar);
        string[] candidates =
        [
            named ?? "",
            Path.Combine(built, name),
            Path.Combine(built, "..", "..", name, Path.GetFileName(built), name),
        ];
        return candidates.FirstOrDefault(File.Exists) is { } found
            ? Path.GetFullPath(found)
            : throw new InputException(
                $"the program {name} was not found (looked at {string.Join(", ", candidates.Where(c => c.Length > 0).Select(Path.GetFullPath))}); "
                + $"build it (./opensora does) or set {variable} to its path");
    }

    private static string? Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Directory.Exists(Path.Combine(folder.FullName, "models", "demo")))
                return folder.FullName;
        return null;
    }
}
