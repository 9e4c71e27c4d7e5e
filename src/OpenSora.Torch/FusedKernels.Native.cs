using System.Runtime.InteropServices;

namespace OpenSora.Torch;

public static unsafe partial class FusedKernels
{
    [LibraryImport("opensora_kernels")]
    private static partial void osk_softmax(float* x, long rows, long columns);
}
