namespace OpenSora.Torch.Tests;

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
