using OpenSora.Contracts.Cards;
using OpenSora.Inference.Conditioning;
using OpenSora.Inference.Sampling;
using OpenSora.Inference.Transformer;
using OpenSora.Layout.Clips;
using OpenSora.Prompts.Masks;
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
            : noise.Normal(context.Device.PrecisionOf(context.Request.Dtype).Model, settings.LatentShape(task.Videos.Count)).to(ScalarType.Float32);
        List<IReadOnlyList<float>> ratios = [];
        List<ReadOnlyMemory<byte>> parts = [noise.State];
        for (int video = 0; video < task.Videos.Count; video++)
        {
            using DisposeScope scope = NewDisposeScope();
            StartOfVideo own = task.Videos[video];
            Tensor[] references = [.. own.References.Select(part => TensorParts.Read(context.Parts[next++], part))];
            ratios.Add(ReferenceFrames.Place(start[video], references, StrategyOf(own, task.Loop, settings), task.Loop, settings.Align));
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

    /// <summary>The prompt's strategy, and that each later clip goes on from the one before: those come after the prompt's own references.</summary>
    private static string StrategyOf(StartOfVideo video, int loop, ClipSettings settings)
    {
        string strategy = video.MaskStrategy;
        int own = video.References.Count - loop;
        for (int later = 1; later <= loop; later++)
            strategy = MaskStrategy.Continue(strategy, later, own + later - 1, settings.ConditionFrames, settings.ConditionEdit);
        return strategy;
    }
}
