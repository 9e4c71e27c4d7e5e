namespace TorchSharp.Tests;

/// <summary>Short forms for expected values.</summary>
internal static class Values
{
    public static float[] Floats(this Tensor tensor) => tensor.data<float>().ToArray();

    public static long[] Longs(this Tensor tensor) => tensor.data<long>().ToArray();

    public static bool[] Bools(this Tensor tensor) => tensor.data<bool>().ToArray();

    /// <summary>0, 1, 2, … in float32 and the given shape.</summary>
    public static Tensor Counting(params long[] shape) => arange(shape.Aggregate(1L, (a, b) => a * b), dtype: ScalarType.Float32).reshape(shape);

    public static void Close(float[] expected, Tensor actual, double tolerance = 1e-6)
    {
        float[] numbers = actual.Floats();
        Assert.Equal(expected.Length, numbers.Length);
        for (int i = 0; i < numbers.Length; i++)
            Assert.True(Math.Abs(expected[i] - numbers[i]) <= tolerance, $"[{i}]: {numbers[i]} for {expected[i]}");
    }
}
