namespace TorchSharp;

public static partial class torch
{
    /// <summary>The threads that one operation called from this thread uses.</summary>
    public static int get_num_threads() => Native.ost_get_num_threads();

    /// <summary>Sets it for this thread and those that torch starts; a BLAS with threads of its own keeps its number.</summary>
    public static void set_num_threads(int num) => Native.Check(Native.ost_set_num_threads(num));

    public static int get_num_interop_threads() => Native.ost_get_num_interop_threads();

    public static void set_num_interop_threads(int num) => Native.Check(Native.ost_set_num_interop_threads(num));
}
