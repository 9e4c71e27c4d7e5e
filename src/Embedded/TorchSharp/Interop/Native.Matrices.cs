using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp;

internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial Tensor ost_bmm(Tensor x, Tensor y);

    [LibraryImport(Library)]
    internal static partial Tensor ost_dot(Tensor x, Tensor y);

    [LibraryImport(Library)]
    internal static partial Tensor ost_matmul(Tensor x, Tensor y);

    [LibraryImport(Library)]
    internal static partial Tensor ost_mm(Tensor x, Tensor y);

    [LibraryImport(Library)]
    internal static partial Tensor ost_mv(Tensor x, Tensor y);

    [LibraryImport(Library)]
    internal static partial Tensor ost_outer(Tensor x, Tensor y);

    [LibraryImport(Library)]
    internal static partial Tensor ost_addmm(Tensor x, Tensor a, Tensor b, double beta, double alpha);

    [LibraryImport(Library)]
    internal static partial int ost_addmm_(Tensor x, Tensor a, Tensor b, double beta, double alpha);

    [LibraryImport(Library)]
    internal static partial Tensor ost_baddbmm(Tensor x, Tensor a, Tensor b, double beta, double alpha);

    [LibraryImport(Library)]
    internal static partial int ost_baddbmm_(Tensor x, Tensor a, Tensor b, double beta, double alpha);
}
