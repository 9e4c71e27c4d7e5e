using OpenSora.Inference.Sampling;

namespace OpenSora.Inference.Tests.Sampling;

public class FrameEditsTests
{
    [Fact]
    public void A_frame_is_noised_once_when_its_level_is_reached()
    {
        FrameEdits edits = new([0, 0.5f, 1]);
        (bool[] Denoised, bool[] Renoised)[] steps = [.. new[] { 1000f, 600, 500, 200 }.Select(edits.Advance)];
        Assert.Equal([[false, false, true], [false, false, true], [false, true, true], [false, true, true]], steps.Select(step => step.Denoised));
        Assert.Equal([[false, false, false], [false, false, false], [false, true, false], [false, false, false]], steps.Select(step => step.Renoised));
    }

    [Fact]
    public void Above_1000_frames_to_be_generated_are_kept_and_noised_anew_in_the_next_step()
    {
        FrameEdits edits = new([0, 1]);
        Assert.Equal([false, false], edits.Advance(1000.0001f).Denoised);
        (bool[] denoised, bool[] renoised) = edits.Advance(900);
        Assert.Equal([false, true], denoised);
        Assert.Equal([false, true], renoised);
        Assert.Equal([false, false], edits.Advance(800).Renoised);
    }
}
