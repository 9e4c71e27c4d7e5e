using OpenSora.Torch.Kernels;

namespace OpenSora.Torch.Tests.Kernels;

[Collection(nameof(OnThread))]
public sealed class RowThreadsTests
{
    private const int Count = 1000;

    [Theory]
    [InlineData(1, 1 << 14)]
    [InlineData(2, 1 << 14)]
    [InlineData(4, 1 << 11)]
    [InlineData(4, 1)]
    public void Every_row_is_computed_once(int threads, long cost) => OnThread.Do(threads, () =>
    {
        int[] counts = new int[Count];
        RowThreads.Compute(new Rows(Count, cost, Add(row => Interlocked.Increment(ref counts[row]))));
        Assert.All(counts, count => Assert.Equal(1, count));
    });

    /// <summary>The first row of each thread waits for those of the others.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Rows_are_shared_by_the_threads_of_torch(int threads) => OnThread.Do(threads, () =>
    {
        HashSet<int> met = [];
        int Met()
        {
            lock (met)
            {
                met.Add(Environment.CurrentManagedThreadId);
                return met.Count;
            }
        }
        RowThreads.Compute(new Rows(Count, 1 << 20, Add(_ => Assert.True(SpinWait.SpinUntil(() => Met() >= threads, TimeSpan.FromMinutes(1))))));
        Assert.Equal(threads, met.Count);
    });

    [Theory]
    [InlineData(1, 1 << 20)]
    [InlineData(4, 1 << 20)]
    [InlineData(4, 1)]
    public void A_failure_is_the_callers(int threads, long cost) => OnThread.Do(threads, () =>
    {
        for (int i = 0; i < 3; i++)
        {
            Exception error = Assert.Throws<InvalidOperationException>(() => RowThreads.Compute(new Rows(Count, cost, Add(_ => throw new InvalidOperationException("row")))));
            Assert.Equal("row", error.Message);
        }
    });

    [Fact]
    public void No_rows_are_no_work() => RowThreads.Compute(new Rows(0, 1 << 20, Add(_ => Assert.Fail())));

    // Kernels hold no references: a test's work is found by its number.
    private static readonly List<Action<long>> s_works = [];

    private static int Add(Action<long> work)
    {
        lock (s_works)
        {
            s_works.Add(work);
            return s_works.Count - 1;
        }
    }

    private readonly struct Rows(long count, long cost, int work) : IRows
    {
        long IRows.Rows => count;

        public long Cost => cost;

        public void Compute(long first, long end)
        {
            Action<long> each;
            lock (s_works)
                each = s_works[work];
            for (long row = first; row < end; row++)
                each(row);
        }
    }
}
