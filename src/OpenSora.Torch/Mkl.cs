using System.Runtime.InteropServices;

namespace OpenSora.Torch;

/// <summary>The library that multiplies matrices on the CPU: Intel's oneMKL, a part of the package's torch.</summary>
internal static unsafe class Mkl
{
    /// <summary>
    /// Has MKL take kernels by what the processor can do. Without this it takes slower ones where the vendor is not Intel: 104 in place of
    /// 222 GFLOP/s in one thread of an EPYC of 2024. It asks for the vendor once and keeps the answer: the answer is given here.
    /// To be called before the first product.
    /// </summary>
    /// <param name="torch">The library with torch's kernels.</param>
    /// <returns>Whether MKL keeps its answer where it is looked for; without it MKL is as it is.</returns>
    public static bool TakeFastKernels(nint torch)
    {
        if (!NativeLibrary.TryGetExport(torch, "mkl_serv_intel_cpu_true", out nint function))
            return false;
        // mov eax, [rip + distance]; test eax, eax; js …: the kept answer, -1 before the first question.
        ReadOnlySpan<byte> code = new((void*)function, 10);
        if (code is not [0x8b, 0x05, _, _, _, _, 0x85, 0xc0, 0x78, _])
            return false;
        int* answer = (int*)(function + 6 + MemoryMarshal.Read<int>(code[2..]));
        if (*answer is < -1 or > 1)
            return false;
        *answer = 1;
        return true;
    }

    /// <summary>
    /// The instruction set of its products, e.g. <c>AVX512</c>; <c>generic</c> where it takes none for this processor; null where it is not
    /// there or does not tell.
    /// </summary>
    public static string? InstructionSet(nint torch) => NativeLibrary.TryGetExport(torch, "mkl_serv_cbwr_get_auto_branch", out nint ask)
        ? ((delegate* unmanaged<int>)ask)() switch
        {
            9 => "AVX",
            10 => "AVX2",
            11 or 12 or 13 or 14 => "AVX512",
            _ => "generic",
        }
        : null;
}
