using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp;

internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial Flag ost_requires_grad(Tensor x);

    [LibraryImport(Library)]
    internal static partial Flag ost_is_leaf(Tensor x);

    [LibraryImport(Library)]
    internal static partial int ost_set_requires_grad(Tensor x, Flag requiresGrad);

    [LibraryImport(Library)]
    internal static partial int ost_backward(Tensor x);

    [LibraryImport(Library)]
    internal static partial int ost_grad(Tensor x, out nint grad);

    [LibraryImport(Library)]
    internal static partial int ost_set_grad(Tensor x, Tensor? grad);

    [LibraryImport(Library)]
    internal static partial Tensor ost_detach(Tensor x);

    [LibraryImport(Library)]
    internal static partial int ost_detach_(Tensor x);

    [LibraryImport(Library)]
    internal static partial Flag ost_grad_mode();

    [LibraryImport(Library)]
    internal static partial void ost_set_grad_mode(Flag enabled);

    [LibraryImport(Library)]
    internal static partial nint ost_inference_mode_begin(Flag enabled);

    [LibraryImport(Library)]
    internal static partial void ost_inference_mode_end(nint guard);

    [LibraryImport(Library)]
    internal static partial Flag ost_inference_mode();
}
