using OpenSora.Contracts.Cards;
using OpenSora.Inference.Sampling;
using OpenSora.Inference.Stages;
using OpenSora.Inference.Transformer;
using OpenSora.Layout.Clips;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Card.Tasks;

/// <summary>What a denoise starts from.</summary>
internal static class Starting
{
    /// <summary>Draws noise, or takes the given one, and places references in it.</summary>
    public static TaskResult Start(TaskContext context, StartTask task)
    {
        ClipSettings settings = context.Settings;
        using NoiseSource noise = RandomState.Open(context.Parts[0], context.Request.Seed);
        int next = 1;
        Tensor start = task.HasNoise
            ? LatentFiles.ReadNoise(context.Parts[next++], task.Videos.Count, context.Clip)
            : StartStage.Draw(noise, context.Device.PrecisionOf(context.Request.Dtype).Model, settings, task.Videos.Count);
        List<IReadOnlyList<float>> ratios = [];
        List<ReadOnlyMemory<byte>> parts = [noise.State];
        for (int video = 0; video < task.Videos.Count; video++)
        {
            using DisposeScope scope = NewDisposeScope();
            StartOfVideo own = task.Videos[video];
            Tensor[] references = [.. own.References.Select(part => TensorParts.Read(context.Parts[next++], part))];
            ratios.Add(StartStage.Place(start[video], references, own.MaskStrategy, task.Loop, settings));
            parts.Add(TensorParts.Bytes(Patches.FromLatent(start[video])));
        }
        return new TaskResult(new Started(ratios), parts);
    }

    /// <summary>A latent as tokens [T, S, 16]; fewer frames where the part has fewer.</summary>
    public static Tensor TokensOf(ReadOnlyMemory<byte> part, ClipSettings settings)
    {
        const int patch = 16;
        long frame = settings.Shape.Positions * patch * sizeof(float);
        return TensorParts.Read(part, new TensorPart("fp32", [part.Length / frame, settings.Shape.Positions, patch]));
    }
}
