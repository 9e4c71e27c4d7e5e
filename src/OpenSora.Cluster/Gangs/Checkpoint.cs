using OpenSora.Cluster.Cards;
using OpenSora.Contracts.Cards;

namespace OpenSora.Cluster.Gangs;

/// <summary>The latents of all samples after a step: any gang goes on from it and ends with the same bytes.</summary>
/// <param name="Step">Steps that are done.</param>
/// <param name="Samples">Of each sample its latent [T, S, 16].</param>
public sealed record Checkpoint(int Step, IReadOnlyList<ReadOnlyMemory<byte>> Samples);

/// <summary>Puts together what the ranks hand in. Not thread-safe.</summary>
/// <param name="samples">Samples of the batch.</param>
/// <param name="latents">Latent frames T.</param>
/// <param name="frameBytes">Bytes of a latent frame of a sample.</param>
internal sealed class CheckpointAssembly(int samples, int latents, long frameBytes)
{
    private readonly Dictionary<int, (byte[][] Samples, bool[] Present)> _steps = [];

    /// <summary>Takes a rank's frames of a step.</summary>
    /// <returns>The checkpoint, if these were the last frames of it.</returns>
    /// <exception cref="AnswerException">Frames that are not of this clip.</exception>
    public Checkpoint? Add(StepHandedIn step, IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        if (step.Frames == 0)
            return null;
        if (step.FirstFrame < 0 || step.Frames < 0 || step.FirstFrame + step.Frames > latents || parts.Count != samples || parts.Any(part => part.Length != step.Frames * frameBytes))
            throw new AnswerException($"frames {step.FirstFrame} and {step.Frames - 1} more of step {step.Step} in {parts.Count} parts are none of {samples} clips of {latents} frames of {frameBytes} bytes");
        if (!_steps.TryGetValue(step.Step, out (byte[][] Samples, bool[] Present) whole))
            _steps[step.Step] = whole = ([.. Enumerable.Range(0, samples).Select(_ => new byte[latents * frameBytes])], new bool[latents]);
        for (int i = 0; i < samples; i++)
            parts[i].CopyTo(whole.Samples[i].AsMemory((int)(step.FirstFrame * frameBytes)));
        whole.Present.AsSpan(step.FirstFrame, step.Frames).Fill(true);
        if (whole.Present.Contains(false))
            return null;
        foreach (int older in _steps.Keys.Where(known => known <= step.Step).ToArray())
            _steps.Remove(older);
        return new Checkpoint(step.Step, [.. whole.Samples.Select(sample => (ReadOnlyMemory<byte>)sample)]);
    }
}
