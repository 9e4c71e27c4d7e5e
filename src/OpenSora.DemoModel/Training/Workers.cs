using System.Runtime.ExceptionServices;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.DemoModel.Training;

/// <summary>
/// Threads that compute pieces of a batch side by side. On samples as small as the demo model's, one thread for each sample
/// is faster than many threads for each operation: nothing waits for the others until the batch is done.
/// </summary>
/// <param name="count">How many, at least 1.</param>
internal sealed class Workers(int count)
{
    public int Count { get; } = count;

    /// <summary>Runs <paramref name="work"/>(worker, piece) for all pieces; piece i is always worker i mod n's. Waits for all.</summary>
    public void Run(int pieces, Action<int, int> work)
    {
        Exception?[] failures = new Exception?[Count];
        Thread[] threads = [.. Enumerable.Range(0, Count).Select(worker => new Thread(() => Work(worker)))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        if (failures.FirstOrDefault(failure => failure is not null) is { } failed)
            ExceptionDispatchInfo.Throw(failed);

        void Work(int worker)
        {
            try
            {
                set_num_threads(1);
                for (int piece = worker; piece < pieces; piece += Count)
                {
                    using DisposeScope scope = NewDisposeScope();
                    work(worker, piece);
                }
            }
            catch (Exception e)
            {
                failures[worker] = e;
            }
        }
    }
}
