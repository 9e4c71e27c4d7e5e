namespace OpenSora.Torch.Tests;

/// <summary>Tests that change how many threads torch and MKL have, which is one number for the process: nothing else computes beside them.</summary>
[CollectionDefinition(nameof(OnThread), DisableParallelization = true)]
public sealed class ThreadNumbers;

/// <summary>Work with another number of torch's threads than other tests have.</summary>
internal static class OnThread
{
    public static void Do(int threads, Action work)
    {
        Exception? error = null;
        Thread thread = new(() =>
        {
            TorchEnvironment.Initialize(threads);
            error = Record.Exception(work);
        });
        thread.Start();
        thread.Join();
        Assert.Null(error);
    }
}
