namespace OpenSora.Torch.Tests;

/// <summary>Short forms for expected values.</summary>
internal static class Values
{
    public static float[] Floats(this Tensor tensor) => tensor.data<float>().ToArray();
}
