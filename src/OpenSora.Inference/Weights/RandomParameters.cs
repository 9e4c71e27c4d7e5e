using System.Runtime.InteropServices;
using System.Text;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OpenSora.Inference.Weights;

/// <summary>How a parameter is drawn: values of this mean and standard deviation (0: all equal to the mean).</summary>
public readonly record struct Spread(double Mean, double Deviation);

/// <summary>
/// Seeded random parameters in float32 on the CPU. A parameter depends on the seed, its key and its shape only, not on
/// what else a network asks for or when, and it has the same bytes on every machine.
/// </summary>
/// <param name="seed">Other seeds give other values.</param>
/// <param name="spread">How each parameter is drawn, from its key and shape.</param>
/// <param name="has">Which keys <see cref="Has"/> grants; all when null.</param>
public sealed class RandomParameters(ulong seed, Func<string, long[], Spread> spread, Func<string, bool>? has = null) : ParameterSource
{
    private readonly Dictionary<string, Parameter> _made = [];

    /// <summary>All parameters made so far, in order; changed ones (by training) are seen as they are.</summary>
    public IReadOnlyDictionary<string, Parameter> Made => _made;

    /// <summary>The parameters made so far on their way into a file, in order.</summary>
    public IReadOnlyList<OutgoingTensor> Outgoing => _made.Select(pair => OutgoingTensor.Of(pair.Key, pair.Value)).ToList();

    public override bool Has(string key) => has?.Invoke(key) ?? true;

    /// <summary>The parameter, detached from all dispose scopes; asked again, the same object.</summary>
    public override Parameter Get(string key, params long[] shape)
    {
        if (!_made.TryGetValue(key, out Parameter? parameter))
            _made.Add(key, parameter = Draw(key, shape));
        if (!parameter.shape.SequenceEqual(shape))
            throw new InvalidOperationException($"{key} is asked for as {Show.Shape(parameter.shape)} and as {Show.Shape(shape)}");
        return parameter;
    }

    private Parameter Draw(string key, long[] shape)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor values = empty(shape, ScalarType.Float32);
        PortableRandom random = new(seed, key);
        Spread drawn = spread(key, shape);
        TensorBytes.ForEachPiece(values, bytes =>
        {
            foreach (ref float value in MemoryMarshal.Cast<byte, float>(bytes))
                value = (float)(drawn.Mean + drawn.Deviation * random.Normal());
        });
        Parameter parameter = new(values, requires_grad: false);
        parameter.DetachFromDisposeScope();
        return parameter;
    }

    /// <summary>
    /// SplitMix64 (Steele, Lea, Flood 2014) started from the FNV-1a hash of seed and key. Normal values are sums of twelve
    /// uniform ones (Irwin–Hall: mean 0, deviation 1, within ±6): integer arithmetic, where logarithm and cosine would
    /// give other last bits with another C library.
    /// </summary>
    private sealed class PortableRandom
    {
        private ulong _state;

        public PortableRandom(ulong seed, string key)
        {
            ulong hash = 0xcbf29ce484222325;
            foreach (byte b in Encoding.UTF8.GetBytes($"{seed}/{key}"))
                hash = (hash ^ b) * 0x100000001b3;
            _state = hash;
        }

        public double Normal()
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
}
