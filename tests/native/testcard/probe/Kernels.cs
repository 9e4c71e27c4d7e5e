using System.Runtime.InteropServices;
using OpenSora.Inference;
using OpenSora.Inference.Decoding;
using OpenSora.Inference.Profiling;
using OpenSora.Inference.Sharding;
using OpenSora.Inference.Transformer;
using OpenSora.Inference.Weights;
using OpenSora.Layout.Decoding;
using OpenSora.Layout.Models;
using OpenSora.Layout.Units;
using TorchSharp;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace OpenSora.TestCard.Probe;

/// <summary>How many kernels are launched on a card.</summary>
internal static class Kernels
{
    private delegate ulong Counter();

    private static readonly Counter s_kernels = Marshal.GetDelegateForFunctionPointer<Counter>(
        NativeLibrary.GetExport(NativeLibrary.Load(Environment.GetEnvironmentVariable("OPENSORA_GCU_LIBRARY")!), "testcard_kernels"));

    /// <summary>
    /// Of a block of the transformer for a unit. Those of both attentions apart: they are one kernel each where torch has a fused one for the
    /// device.
    /// </summary>
    public static string OfABlock(Device device)
    {
        using IDisposable inference = no_grad();
        using DisposeScope scope = NewDisposeScope();
        STDiT3Config config = new() { Depth = 1, HiddenSize = 64, NumHeads = 4 };
        STDiT3Block block = new(new Placed(RandomWeights.New(), device), config);
        return $"spatial: {Of(TokenLayout.Frames, null)}; temporal: {Of(TokenLayout.Positions, RotaryEmbedding.Of(RotaryEmbedding.DefaultFrequencies(config.HeadSize).to(device), 12, Precision.Float32))}";

        string Of(TokenLayout layout, RotaryEmbedding? rotary)
        {
            Tokens unit = new(randn(3, 12, config.HiddenSize, device: device), layout, 0);
            KeysValues prompt = block.Prompt(randn(5, config.HiddenSize, device: device));
            BlockModulation modulation = BlockModulation.OfAll([block.ScaleShiftTable], new TimeEmbedding(unit.Values[0], randn(1, 6, config.HiddenSize, device: device)))[0]();
            ulong all = Count(() => block.forward(unit, modulation, prompt, rotary, null));
            // As blocks have them: heads after tokens in memory.
            Tensor Heads(long n, long m) => randn(n, m, config.NumHeads, config.HeadSize, device: device).transpose(1, 2);
            Tensor q = Heads(3, 12), k = Heads(3, 12), v = Heads(3, 12), toPrompt = Heads(1, 36);
            ulong attentions = Count(() => Together(Attention.Attend(q, k, v))) + Count(() => Together(Attention.Attend(toPrompt, prompt.Keys, prompt.Values)));
            return $"{all - attentions} and {attentions} of attention";
        }

        static Tensor Together(Tensor attended) => attended.transpose(1, 2).reshape(attended.shape[0] * attended.shape[2], -1);
    }

    /// <summary>Of decoding a chunk of 17 frames, 4 a batch, with the layers of the public autoencoder.</summary>
    public static string OfAChunk(Device device)
    {
        using IDisposable inference = no_grad();
        using DisposeScope scope = NewDisposeScope();
        SpatialVaeConfig spatial = new() { BlockOutChannels = [8, 16, 32, 32], NormNumGroups = 4, LayersPerBlock = 2 };
        VideoAutoencoderConfig config = new() { VaeTemporal = new TemporalVaeConfig { Filters = 8, NumGroups = 4 } };
        VideoAutoencoder decoder = new(
            new Placed(RandomWeights.New(key => key is not ("scale" or "shift")), device), spatial, config, new AutoencoderUnits(), device, Precision.Float32);
        Tensor latent = randn(4, 5, 4, 4, device: device);
        return $"{Count(() => cat([.. decoder.Decode(latent, 17)], 1)) - 1}";
    }

    private static ulong Count(Func<Tensor> work)
    {
        using DisposeScope scope = NewDisposeScope();
        ulong before = s_kernels();
        _ = work();
        return s_kernels() - before;
    }

    private sealed class Placed(ParameterSource source, Device device) : ParameterSource
    {
        public override Parameter Get(string key, params long[] shape) => new(source.Get(key, shape).to(device), requires_grad: false);

        public override bool Has(string key) => source.Has(key);
    }
}
