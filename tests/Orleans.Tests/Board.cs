using System.Collections.Concurrent;

namespace Orleans.Tests;

/// <summary>Named places that grains and tests reach and wait for, so that no test sleeps. Names start with the key of the test's grain.</summary>
internal static class Board
{
    /// <summary>How long anything may take before a test is told that it hangs. No test waits this long when it passes.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly ConcurrentDictionary<string, TaskCompletionSource> Places = new();

    public static void Reach(string place) => Place(place).TrySetResult();

    public static bool IsReached(string place) => Place(place).Task.IsCompleted;

    public static async Task Reached(string place)
    {
        try
        {
            await Place(place).Task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Nobody reached '{place}'.");
        }
    }

    private static TaskCompletionSource Place(string name) =>
        Places.GetOrAdd(name, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}
