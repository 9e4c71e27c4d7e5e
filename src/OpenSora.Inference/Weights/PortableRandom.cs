using System.Text;

namespace OpenSora.Inference.Weights;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood 2014) started from the FNV-1a hash of seed and key. Normal values are sums of twelve
/// uniform ones (Irwin–Hall: mean 0, deviation 1, within ±6): integer arithmetic, where logarithm and cosine would give
/// other last bits with another C library.
/// </summary>
internal sealed class PortableRandom
{
    private readonly Spread _spread;
    private ulong _state;

    public PortableRandom(ulong seed, string key, Spread spread)
    {
        ulong hash = 0xcbf29ce484222325;
        foreach (byte b in Encoding.UTF8.GetBytes($"{seed}/{key}"))
            hash = (hash ^ b) * 0x100000001b3;
        (_state, _spread) = (hash, spread);
    }

    /// <summary>The next values.</summary>
    public void Fill(Span<float> values)
    {
        foreach (ref float value in values)
            value = (float)(_spread.Mean + _spread.Deviation * Normal());
    }

    private double Normal()
    {
        long sum = 0;
        for (int i = 0; i < 3; i++)
        {
            ulong bits = Next();
            sum += (long)((bits & 0xffff) + ((bits >> 16) & 0xffff) + ((bits >> 32) & 0xffff) + (bits >> 48));
        }
        return (sum - 12 * 0xffff / 2) / 65536.0;
    }

    private ulong Next()
    {
        ulong z = _state += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
}
