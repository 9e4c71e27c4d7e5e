namespace OpenSora.TestKit;

/// <summary>Where the files that tests read lie.</summary>
public static class Repository
{
    /// <summary>The folder that holds <c>OpenSora.Cluster.sln</c>.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary><c>tests/golden</c>: a few small cases of the original's reference tensors.</summary>
    public static string Golden => Path.Combine(Root, "tests", "golden");

    /// <summary><c>tests/cases</c>: inputs that people bring.</summary>
    public static string Cases => Path.Combine(Root, "tests", "cases");

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "OpenSora.Cluster.sln")))
                return folder.FullName;
        throw new DirectoryNotFoundException($"no OpenSora.Cluster.sln above {AppContext.BaseDirectory}");
    }
}
