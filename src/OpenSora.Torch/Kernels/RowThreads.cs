using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace OpenSora.Torch.Kernels;

/// <summary>
/// Rows over the threads that torch's own operations use on the calling thread, by the OpenMP that torch has loaded: no second pool
/// stands beside it. Without one (torch for another system than Linux) rows are computed by the calling thread.
/// </summary>
internal static unsafe class RowThreads
{
    /// <summary>Below this, waking a thread costs more than it takes over.</summary>
    private const long WorthSharing = 1 << 20;

    /// <summary>What a thread takes at once.</summary>
    private const long Piece = 1 << 15;

    // void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags); 0 threads: as many as the caller is given.
    private static readonly delegate* unmanaged<delegate* unmanaged<Call*, void>, Call*, uint, uint, void> s_parallel =
        (delegate* unmanaged<delegate* unmanaged<Call*, void>, Call*, uint, uint, void>)Export("GOMP_parallel");

    public static void Compute<T>(T rows) where T : unmanaged, IRows
    {
        if (rows.Rows < 2 || rows.Rows * rows.Cost < WorthSharing || s_parallel is null)
        {
            rows.Compute(0, rows.Rows);
            return;
        }
        Call call = new() { Rows = &rows, Compute = &Part<T>, Count = rows.Rows, Step = Math.Max(1, Piece / rows.Cost) };
        s_parallel(&Take, &call, 0, 0);
        if (call.Failure != 0)
        {
            GCHandle failure = GCHandle.FromIntPtr(call.Failure);
            var exception = (Exception)failure.Target!;
            failure.Free();
            ExceptionDispatchInfo.Throw(exception);
        }
    }

    private static void Part<T>(void* rows, long first, long end) where T : unmanaged, IRows => ((T*)rows)->Compute(first, end);

    [UnmanagedCallersOnly]
    private static void Take(Call* call)
    {
        try
        {
            long end;
            while ((end = Interlocked.Add(ref call->Taken, call->Step)) - call->Step < call->Count)
                call->Compute(call->Rows, end - call->Step, Math.Min(end, call->Count));
        }
        catch (Exception e)
        {
            GCHandle failure = GCHandle.Alloc(e);
            if (Interlocked.CompareExchange(ref call->Failure, GCHandle.ToIntPtr(failure), 0) != 0)
                failure.Free();
        }
    }

    /// <summary>Of torch's kernels or of what they are linked with; 0 where there is none.</summary>
    private static nint Export(string function) => NativeLibrary.TryGetExport(TorchLibraries.Loaded.Kernels, function, out nint address) ? address : 0;

    private struct Call
    {
        public void* Rows;
        public delegate*<void*, long, long, void> Compute;
        public long Count, Step, Taken;
        public nint Failure;
    }
}
