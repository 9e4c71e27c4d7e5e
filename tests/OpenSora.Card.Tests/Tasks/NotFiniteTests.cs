using System.Runtime.InteropServices;
using OpenSora.Card.Faults;
using OpenSora.Card.Tasks;
using OpenSora.Contracts;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Generation;
using OpenSora.Inference.Decoding;
using OpenSora.Inference.Text;
using OpenSora.Inference.Transformer;
using OpenSora.Inference.Weights;
using OpenSora.Inference.Weights.Safetensors;
using OpenSora.Layout.Clips;
using OpenSora.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Card.Tests.Tasks;

/// <summary>Weights that are NaN or infinite end the task that meets them, in words; every task in this process.</summary>
public sealed class NotFiniteTests : IDisposable
{
    private const string Cause = ": give an intact checkpoint";

    private readonly TemporaryFolder _folder = new();
    private readonly CardDevice _device = CardDevice.Open("cpu", threads: 1, new CardSettings());
    private readonly LoadedModels _models;

    public NotFiniteTests() => _models = new LoadedModels(_device);

    public void Dispose()
    {
        _models.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("final_layer.linear.weight", float.NaN)]
    [InlineData("spatial_blocks.0.mlp.fc1.weight", float.PositiveInfinity)]
    public void ADenoiseNamesTheStepAndTheWeight(string weight, float value)
    {
        string dit = Damage("dit", STDiT3Checkpoint.Weights, weight, value);
        GenerationRequest request = Request(models => models with { Dit = dit });
        ClipPlan clip = ClipPlan.Of(request);
        ReadOnlyMemory<byte> latent = new byte[clip.Latents * clip.LatentFrameBytes], features = new byte[2 * 64 * sizeof(float)];
        DenoiseTask task = new()
        {
            Job = "job",
            Request = request,
            Epoch = 1,
            Rank = 0,
            Links = ["alone"],
            Loop = 0,
            FirstStep = 0,
            EditRatios = [[.. Enumerable.Repeat(1f, clip.Latents)]],
            Prompts = [new EncodedPrompt(new TensorPart("fp32", [2, 64]), [true, true])],
        };
        (_, List<CardReply> heard) = Run(task, [ReadOnlyMemory<byte>.Empty, latent, features]);
        StepHandedIn first = heard.OfType<StepHandedIn>().First();
        Assert.StartsWith("denoise: after step 1 of 2 the latent of video 1 of its batch: ", first.NotFinite, StringComparison.Ordinal);
        Assert.EndsWith($" numbers are NaN or infinite; so is {weight} of {dit}/model.safetensors{Cause}", first.NotFinite, StringComparison.Ordinal);
    }

    [Fact]
    public void ATextNamesTheWeight()
    {
        const string Weight = "encoder.final_layer_norm.weight";
        string t5 = Damage("t5", T5Encoder.Weights, Weight, float.NaN);
        EncodeTextTask task = DemoTokens.Encode("a circle") with { Job = "job", Request = Request(models => models with { T5 = t5 }) };
        TaskFailed failed = Failed(task, []);
        Assert.StartsWith("encode: the features of prompt 1: ", failed.Message, StringComparison.Ordinal);
        Assert.EndsWith($"so is {Weight} of {t5}/model.safetensors{Cause}", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FramesAndReferencesNameTheWeight()
    {
        const string Weight = "spatial_vae.module.decoder.conv_out.bias", InEncoder = "spatial_vae.module.encoder.conv_in.bias";
        string vae3d = Damage("vae3d", VideoAutoencoderFiles.Weights, Weight, float.NegativeInfinity);
        GenerationRequest request = Request(models => models with { Vae3d = vae3d });
        ClipPlan clip = ClipPlan.Of(request);
        TaskFailed failed = Failed(new DecodeTask(0, 0, 1, Encode: false) { Job = "job", Request = request }, [new byte[clip.Latents * clip.LatentFrameBytes]]);
        Assert.StartsWith("decode: the frames from 0 on: ", failed.Message, StringComparison.Ordinal);
        Assert.EndsWith($"so is {Weight} of {vae3d}/model.safetensors{Cause}", failed.Message, StringComparison.Ordinal);

        string another = Damage("vae3d", VideoAutoencoderFiles.Weights, InEncoder, float.NaN, "another");
        failed = Failed(
            new EncodeReferenceTask(IsVideo: false, Frames: 1) { Job = "job", Request = Request(models => models with { Vae3d = another }) }, [ReadOnlyMemory<byte>.Empty],
            new RgbImage(64, 64, new byte[64 * 64 * 3]));
        Assert.StartsWith("encode: the latent of a reference: ", failed.Message, StringComparison.Ordinal);
        Assert.EndsWith($"so is {InEncoder} of {another}/model.safetensors{Cause}", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NoiseThatIsGivenMustBeFinite()
    {
        GenerationRequest request = Request(models => models);
        LatentSize size = ClipGeometry.Of(request).Latent;
        using Tensor noise = zeros([1, LatentSize.Channels, size.Frames, size.Height, size.Width]);
        noise[0, 1, 2, 3, 4] = float.NaN;
        SafetensorsWriter.Write(_folder["noise.safetensors"], [OutgoingTensor.Of("z", noise)]);
        TaskFailed failed = Failed(
            new StartTask(0, [new StartOfVideo("", [])], HasNoise: true) { Job = "job", Request = request },
            [ReadOnlyMemory<byte>.Empty, File.ReadAllBytes(_folder["noise.safetensors"])]);
        Assert.Equal($"--latent-noise: 1 of {noise.numel()} numbers of z are NaN or infinite: give finite ones", failed.Message);
    }

    /// <summary>In half precision numbers end at 65504, and the weights are not to blame.</summary>
    [Fact]
    public void WhatOverflowsInHalfPrecisionIsToldSo()
    {
        GenerationRequest request = Request(models => models) with { Dtype = "fp16" };
        ClipPlan clip = ClipPlan.Of(request);
        byte[] latent = new byte[clip.Latents * clip.LatentFrameBytes];
        MemoryMarshal.Cast<byte, float>(latent.AsSpan()).Fill(1e6f);
        TaskFailed failed = Failed(new DecodeTask(0, 0, 1, Encode: false) { Job = "job", Request = request }, [latent]);
        Assert.EndsWith("all weights are finite, and --dtype fp16 overflows: give --dtype bf16 or fp32", failed.Message, StringComparison.Ordinal);
    }

    private TaskFailed Failed(CardTask task, IReadOnlyList<ReadOnlyMemory<byte>> parts, params RgbImage[] frames)
    {
        TaskFailed failed = Assert.IsType<TaskFailed>(Run(task, parts, frames).Last);
        Assert.Equal(ExitCode.BadInput, failed.ExitCode);
        return failed;
    }

    private (LastReply Last, List<CardReply> Heard) Run(CardTask task, IReadOnlyList<ReadOnlyMemory<byte>> parts, params RgbImage[] frames)
    {
        List<CardReply> heard = [];
        // Nobody else has a part in it: no links are listened to.
        TaskResult result = CardTasks.Run(new TaskContext(
            task, parts, frames, (reply, _) => heard.Add(reply), _device, _models, null!, [], null, FaultPlan.Parse(""), default, CancellationToken.None));
        return (result.Reply, heard);
    }

    private static GenerationRequest Request(Func<ModelFolders, ModelFolders> change) => new()
    {
        Prompts = ["a circle"],
        ImageSize = [64, 64],
        NumFrames = "17",
        NumSamplingSteps = 2,
        Dtype = "fp32",
        Models = change(ModelFolders.In(Demo(""))),
    };

    /// <summary>A copy of a demo network in which one number is another.</summary>
    private string Damage(string network, Func<string, Checkpoint> weights, string name, float value, string? copy = null)
    {
        string folder = Directory.CreateDirectory(_folder[copy ?? network]).FullName;
        foreach (string file in Directory.EnumerateFiles(Demo(network)).Where(file => Path.GetExtension(file) is not (".safetensors" or ".bin") && !file.EndsWith(".index.json", StringComparison.Ordinal)))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        using DisposeScope scope = NewDisposeScope();
        using Checkpoint checkpoint = weights(Demo(network));
        Dictionary<string, Tensor> tensors = checkpoint.Entries.Keys.ToDictionary(key => key, key => checkpoint.Load(key).clone());
        tensors[name].view(-1)[0] = value;
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), [.. tensors.Select(tensor => OutgoingTensor.Of(tensor.Key, tensor.Value))]);
        return folder;
    }

    private static string Demo(string network) => Path.Combine(Repository.Root, "models", "demo", network).TrimEnd('/');
}
