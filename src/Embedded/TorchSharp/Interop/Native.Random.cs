using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp;

internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial Tensor ost_rand(ReadOnlySpan<long> size, int n, Generator? generator, int type, int deviceType, int index);

    [LibraryImport(Library)]
    internal static partial Tensor ost_randn(ReadOnlySpan<long> size, int n, Generator? generator, int type, int deviceType, int index);

    [LibraryImport(Library)]
    internal static partial Tensor ost_randint(long low, long high, ReadOnlySpan<long> size, int n, Generator? generator, int type);

    [LibraryImport(Library)]
    internal static partial int ost_normal_(Tensor x, double mean, double deviation, Generator? generator);

    [LibraryImport(Library)]
    internal static partial int ost_manual_seed(ulong seed);

    [LibraryImport(Library)]
    internal static partial nint ost_generator_new(ulong seed);

    [LibraryImport(Library)]
    internal static partial nint ost_generator_default();

    [LibraryImport(Library)]
    internal static partial int ost_generator_seed(Generator generator, ulong seed);

    [LibraryImport(Library)]
    internal static partial ulong ost_generator_initial_seed(Generator generator);

    [LibraryImport(Library)]
    internal static partial Tensor ost_generator_state(Generator generator);

    [LibraryImport(Library)]
    internal static partial int ost_generator_set_state(Generator generator, Tensor state);

    [LibraryImport(Library)]
    internal static partial void ost_generator_delete(nint generator);
}
