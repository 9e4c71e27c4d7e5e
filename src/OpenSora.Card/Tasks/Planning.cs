using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Settings;
using OpenSora.Layout.Clips;
using OpenSora.Layout.Decoding;
using OpenSora.Layout.Gangs;
using OpenSora.Prompts.Plans;
using OpenSora.Prompts.Refinement;

namespace OpenSora.Card.Tasks;

/// <summary>What a request comes to. Nothing is loaded for it.</summary>
internal static class Planning
{
    /// <summary>Channels of a patch: four cells of a latent.</summary>
    private const long PatchBytes = 4 * LatentSize.Channels * sizeof(float);

    public static TaskResult Run(TaskContext context, PlanTask task)
    {
        DemoModel.Complete(context.Request.Models, _ => { });
        using PromptRefiner? refiner = context.Request.LlmRefine
            ? new PromptRefiner(LanguageModelEndpoint.Of(SettingsReader.Read<LanguageModelOptions>()), context.Tell, cancel: context.Cancel)
            : null;
        GenerationPlan plan = new(context.Request, refiner is null ? null : refiner.Refine);
        if (task.Batch == 0)
            plan.Check();
        VideoBatch? batch = plan.At(task.Batch);
        return new TaskResult(new Planned
        {
            Count = plan.Count,
            Videos = batch?.Videos ?? [],
            References = [.. plan.References()],
            Clip = Describe(plan.Settings, context),
        });
    }

    private static ClipPlan Describe(ClipSettings settings, TaskContext context)
    {
        AutoencoderUnits units = new(context.Request.MicroFrameSize, context.Request.MicroBatchSize);
        return new ClipPlan(
            new FrameSizes(context.Clip.Output.Height, context.Clip.Output.Width), context.Clip.Frames, settings.Overlap, context.Clip.Latent.Frames,
            settings.Shape.Positions * PatchBytes, GangPlan.MostRanks(settings.Shape.Plan),
            [.. units.Chunks(context.Clip.Frames, LatentSize.TimeScale).Select(chunk => new ChunkPlan(chunk.FirstFrame, chunk.Frames, chunk.FirstLatent, chunk.Latents))]);
    }
}
