using System.Diagnostics;
using Xunit.Abstractions;

namespace OpenSora.Inference.Tests;

public class FiniteTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void ItFindsOneOfAny(float value)
    {
        for (int length = 1; length < 70; length++)
            for (int at = 0; at < length; at++)
            {
                float[] numbers = new float[length];
                Array.Fill(numbers, -float.MaxValue);
                Assert.Equal(0, Finite.Missing(numbers));
                numbers[at] = value;
                Assert.Equal(1, Finite.Missing(numbers));
            }
    }

    [Fact]
    public void InfinitiesDoNotCancel() => Assert.Equal(2, Finite.Missing([float.PositiveInfinity, 0, float.NegativeInfinity]));

    /// <summary>The latent of 720p and 16 s; tells how long a look takes.</summary>
    [Fact]
    public void TheLargestLatentIsLookedAt()
    {
        float[] latent = new float[27_648_000 / sizeof(float)];
        Assert.Equal(0, Finite.Missing(latent));
        long begin = Stopwatch.GetTimestamp();
        for (int time = 0; time < 10; time++)
            Assert.Equal(0, Finite.Missing(latent));
        output.WriteLine($"{Stopwatch.GetElapsedTime(begin).TotalMilliseconds / 10:0.00} ms for {latent.Length * sizeof(float)} bytes");
    }
}
