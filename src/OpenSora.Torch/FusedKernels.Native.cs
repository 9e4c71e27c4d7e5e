using System.Runtime.InteropServices;

namespace OpenSora.Torch;

public static unsafe partial class FusedKernels
{
    private const string Library = "opensora_kernels";

    /// <summary>The layout of <c>osk::Heads</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct HeadsCall
    {
        public float* Qkv, QWeight, KWeight, Cos, Sin, Q, K, V;
        public long Groups, Tokens, Heads, Size;
        public float Scale, Epsilon;
    }

    /// <summary>The layout of <c>osk::Planes</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct PlanesCall
    {
        public long Planes, Rows, Width, FromPlane, ToPlane, ToRow;
    }

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int osk_use(string? name);

    [LibraryImport(Library)]
    private static partial nint osk_name();

    [LibraryImport(Library)]
    private static partial void osk_gelu(float* x, float* bias, long rows, long columns);

    [LibraryImport(Library)]
    private static partial void osk_softmax(float* x, long rows, long columns);

    [LibraryImport(Library)]
    private static partial void osk_modulate(
        float* x, float* scale, float* shift, float* to, long rows, long columns, long repeat, long period, float epsilon);

    [LibraryImport(Library)]
    private static partial void osk_heads(in HeadsCall call);

    [LibraryImport(Library)]
    private static partial void osk_attend(float* q, float* k, float* v, float* to, long batch, long tokens, long size);

    [LibraryImport(Library)]
    private static partial void osk_moments(float* x, long runs, long count, float epsilon, float* mean, float* inverse);

    [LibraryImport(Library)]
    private static partial void osk_scaled_silu(float* x, float* scale, float* shift, float* to, in PlanesCall call);

    [LibraryImport(Library)]
    private static partial void osk_round_bfloat16(float* x, float* to, long count);
}
