using System.Runtime.ExceptionServices;
using OpenSora.Parallel.Switching;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Parallel.Denoising;

/// <summary>
/// Two forwards on one device in turns: while one waits for other ranks, the other computes. They are two threads because
/// a forward is one synchronous call, with dispose scopes that belong to its thread; only one computes at a time.
/// </summary>
internal static class TwoStreams
{
    /// <param name="first">Runs on this thread.</param>
    /// <param name="second">Runs on a thread of its own, with as many threads of torch.</param>
    /// <param name="failed">Told of the first exception at once, so that it can end what the other one waits for.</param>
    /// <returns>Results that belong to the caller's dispose scope.</returns>
    public static (Tensor First, Tensor Second) Run(Func<ComputeTurn, Tensor> first, Func<ComputeTurn, Tensor> second, Action<Exception> failed)
    {
        using ComputeTurn turn = new();
        int threads = get_num_threads();
        Tensor? one = null, other = null;
        ExceptionDispatchInfo? error = null;

        void Guarded(Action run)
        {
            try
            {
                turn.Take();
                try
                {
                    run();
                }
                finally
                {
                    turn.Release();
                }
            }
            catch (Exception e)
            {
                if (Interlocked.CompareExchange(ref error, ExceptionDispatchInfo.Capture(e), null) is null)
                    failed(e);
            }
        }

        Thread helper = new(() => Guarded(() =>
        {
            set_num_threads(threads);
            using IDisposable inference = no_grad();
            using DisposeScope scope = NewDisposeScope();
            other = second(turn).DetachFromDisposeScope();
        }))
        { IsBackground = true, Name = "second half of guidance" };
        helper.Start();
        Guarded(() => one = first(turn));
        helper.Join();
        if (error is not null)
        {
            one?.Dispose();
            other?.Dispose();
            error.Throw();
        }
        using (other)
            return (one!, other!.view(other.shape)); // a view made here belongs to the caller's scope
    }
}
