using System.Runtime.InteropServices;
using TorchSharp;

namespace OpenSora.Torch;

public static partial class TorchRuntime
{
    /// <summary>The version of torch that the binding was built against, e.g. <c>1.13.0</c>.</summary>
    public static string Version => Marshal.PtrToStringUTF8(Native.ost_version())!;

    private static string BuildDescription => Marshal.PtrToStringUTF8(Native.ost_build_description())!;
}
