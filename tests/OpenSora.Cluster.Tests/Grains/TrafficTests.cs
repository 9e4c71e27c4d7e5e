using System.Diagnostics.Metrics;
using OpenSora.Contracts.Generation;
using Xunit.Abstractions;

namespace OpenSora.Cluster.Tests.Grains;

/// <summary>Grains carry control, links carry tensors: a message above 64 KiB would keep signs of life waiting behind it.</summary>
public sealed class TrafficTests(ITestOutputHelper output)
{
    private const int Most = 64 << 10;

    [Fact]
    public async Task NoMessageOfAGenerationIsLarge()
    {
        await using TestCluster cluster = await TestCluster.Start(4);
        await cluster.Cards(4);
        Sizes sent = new("orleans-messaging-sent-messages-size"), received = new("orleans-messaging-received-messages-size");
        using (sent)
        using (received)
        {
            // Latents of a step have 864 KB and a frame has 691 KB.
            GenerationReport report = await cluster.Generate(cluster.Request("busy", 4) with { ImageSize = [360, 640], Prompts = [string.Join(' ', Enumerable.Repeat("a red circle", 100))] });
            Assert.Equal(4, report.CardUses.Count);
        }
        foreach (Sizes sizes in new[] { sent, received })
        {
            output.WriteLine($"{sizes.Name}: {sizes.Count} messages, {sizes.Sum} bytes, largest {sizes.Largest}");
            Assert.InRange(sizes.Largest, 1, Most);
        }
    }

    /// <summary>What an instrument of Orleans records in this process.</summary>
    private sealed class Sizes : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly Lock _one = new();

        public Sizes(string name)
        {
            Name = name;
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == name)
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<int>((_, bytes, _, _) => Record(bytes));
            _listener.Start();
        }

        public string Name { get; }

        public int Count { get; private set; }

        public long Sum { get; private set; }

        public int Largest { get; private set; }

        public void Dispose() => _listener.Dispose();

        private void Record(int bytes)
        {
            lock (_one)
                (Count, Sum, Largest) = (Count + 1, Sum + bytes, Math.Max(Largest, bytes));
        }
    }
}
