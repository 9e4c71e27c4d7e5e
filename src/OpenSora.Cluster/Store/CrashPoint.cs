using System.Diagnostics;

namespace OpenSora.Cluster.Store;

/// <summary>
/// The places where something is about to be durable, or has just become so. A test ends the process at any one of them, as
/// kill -9 would, with <c>OPENSORA_CRASH_AT</c>: docs/faults.md. Without it nothing happens.
/// </summary>
internal static class CrashPoint
{
    public const string Variable = "OPENSORA_CRASH_AT";

    private static readonly int At = int.TryParse(Environment.GetEnvironmentVariable(Variable), out int at) ? at : 0;
    private static int _passed;

    public static void Pass()
    {
        if (At == 0 || Interlocked.Increment(ref _passed) != At)
            return;
        using Process own = Process.GetCurrentProcess();
        own.Kill();
        Thread.Sleep(Timeout.Infinite);
    }
}
