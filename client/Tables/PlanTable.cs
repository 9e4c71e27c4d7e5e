using System.Text;
using OpenSora.Contracts.Planning;

namespace OpenSora.Client.Tables;

/// <summary>A plan for people.</summary>
internal static class PlanTable
{
    /// <summary>Ranks that are shown one by one; of more, the first and the last.</summary>
    private const int MostRanks = 16;

    public static string Of(PlanReport plan)
    {
        StringBuilder text = new();
        PlannedClip clip = plan.Clip;
        Line(text, $"model    {plan.Model}, {plan.Dtype}, kernels in {plan.ComputeDtype}");
        Line(text, $"cards    {plan.Cards} x {plan.CardType.Title} ({plan.CardType.Name}), {Size(plan.CardType.MemoryBytes)}{Speed(plan.CardType)}");
        Line(text, $"clip     {clip.Frames} frames of {clip.OutputHeight}x{clip.OutputWidth} ({clip.Height}x{clip.Width} asked for), {plan.Steps} steps");
        Line(text, $"latent   {clip.LatentFrames} x {clip.LatentHeight} x {clip.LatentWidth}; tokens {clip.LatentFrames} x {clip.PatchRows} x {clip.PatchColumns} = {clip.Tokens:N0} of each half of guidance");
        Line(text, $"units    {plan.Units.SpatialUnits:N0} of {plan.Units.FramesPerUnit} frame(s), {plan.Units.TemporalUnits:N0} of {plan.Units.PositionsPerUnit} position(s)");
        Line(text, $"decode   {plan.Decode.Chunks} chunk(s) of {plan.Decode.LatentFramesPerChunk} latent frames, {plan.Decode.FramesPerChunk} frames in batches of {plan.Decode.FramesPerBatch}");
        Line(text, $"bytes    {Size(plan.Bytes.PerStep)} a step by all cards (even share: {Size((long)plan.Bytes.Bound)}), {Size(plan.Bytes.PerRun)} in all steps");
        Line(text, $"steps    {Size(plan.KeptStepBytes)} on disk with --keep-steps");
        text.AppendLine().Append(Ranks(plan)).AppendLine().Append(Memory(plan.Memory));
        if (plan.Seconds is { } seconds)
            Line(text.AppendLine(), $"seconds (predicted)  encode {seconds.Encode:0.00}  denoise {seconds.Denoise:0.0}  decode {seconds.Decode:0.0}  total {seconds.Total:0.0}");
        if (plan.Sensible is { } sensible)
            text.AppendLine().Append(Curve(sensible));
        foreach (string note in plan.Notes)
            Line(text, $"note: {note}");
        return text.ToString().TrimEnd();
    }

    private static string Ranks(PlanReport plan)
    {
        TextTable table = new("rank", "half", "frames", "positions", "tokens a step", "bytes a step", "memory");
        foreach (PlannedRank rank in plan.Ranks.Count <= MostRanks ? plan.Ranks : [.. plan.Ranks.Take(MostRanks / 2), .. plan.Ranks.TakeLast(MostRanks / 2)])
            table.Add(
                $"{rank.Rank}", $"{(rank.Halves.Count == 2 ? "both" : rank.Halves[0])}", $"{Range(rank.FirstFrame, rank.Frames)}",
                $"{Range(rank.FirstPosition, rank.Positions)}", $"{rank.TokensPerStep:N0}", $"{Size(rank.BytesPerStep)}", $"{Size(rank.MemoryBytes)}");
        return table.ToString();
    }

    private static string Memory(PlannedMemory memory)
    {
        TextTable table = new($"memory of card {memory.Rank}", "bytes", "held");
        foreach (MemoryPart part in memory.Parts.Where(part => part.Bytes > 0))
            table.Add($"{part.Name}", $"{Size(part.Bytes)}", $"{part.When}");
        table.Add($"most at once", $"{Size(memory.PeakBytes)}", $"of {Size(memory.UsableBytes)}");
        return table.ToString();
    }

    private static string Curve(SensibleCards sensible)
    {
        TextTable table = new("cards", "seconds a step", "efficiency", "bytes a step");
        foreach (ScalingPoint point in sensible.Curve)
            table.Add($"{point.Cards}", $"{point.StepSeconds:0.000}", $"{point.Efficiency:P0}", $"{Size(point.BytesPerStep)}");
        return FormattableString.Invariant($"up to {sensible.Cards} cards are sensible (efficiency of at least {sensible.Threshold:P0}); {sensible.Most} can share this clip\n{table}");
    }

    private static string Range(long first, long count) => count == 0 ? "-" : FormattableString.Invariant($"{first}-{first + count - 1}");

    private static string Speed(PlannedCardType card) => card.FlopsPerSecond is { } flops
        ? FormattableString.Invariant($", {flops / 1e12:0.##} TFLOP/s peak")
        : ", speed not published";

    internal static string Size(long bytes) => bytes switch
    {
        >= 1_000_000_000 => FormattableString.Invariant($"{bytes / 1e9:0.00} GB"),
        >= 1_000_000 => FormattableString.Invariant($"{bytes / 1e6:0.0} MB"),
        >= 1_000 => FormattableString.Invariant($"{bytes / 1e3:0.0} kB"),
        _ => FormattableString.Invariant($"{bytes} B"),
    };

    private static void Line(StringBuilder text, FormattableString line) => text.AppendLine(FormattableString.Invariant(line));
}
