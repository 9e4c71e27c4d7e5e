namespace OpenSora.Torch;

public static partial class TorchRuntime
{
    /// <summary>The version of torch that the package brings, e.g. <c>2.7.1</c>.</summary>
    public static string Version => TorchSharp.torch.__version__;

    /// <summary>The package tells nothing more about its build.</summary>
    private static string BuildDescription => "";
}
