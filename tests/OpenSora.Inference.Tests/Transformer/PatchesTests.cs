using FsCheck;
using FsCheck.Fluent;
using OpenSora.Contracts.Clips;
using OpenSora.Inference.Transformer;
using OpenSora.Layout.Latents;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Transformer;

public class PatchesTests
{
    [Fact]
    public void There_and_back_is_the_identity_for_odd_and_even_sizes() =>
        Prop.ForAll(Sizes().ToArbitrary(), size =>
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor latent = Networks.Noise(1, 4, size.Frames, size.Height, size.Width);
            Tensor tokens = Patches.FromLatent(latent);
            Assert.Equal([size.Frames, (size.Height + 1) / 2 * ((size.Width + 1) / 2), 16], tokens.shape);
            Assert.Equal(0, Networks.LargestDifference(latent, Patches.ToLatent(tokens, size.Height, size.Width)));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_token_holds_its_cells_one_after_the_other_with_all_channels()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor latent = Networks.Noise(1, 4, 2, 4, 6);
        float[] token = Patches.FromLatent(latent)[1, 3 + 2].data<float>().ToArray(); // second frame, second row, third column
        for (int cell = 0; cell < 4; cell++)
            for (int channel = 0; channel < 4; channel++)
                Assert.Equal(latent[channel, 1, 2 + cell / 2, 4 + cell % 2].ToSingle(), token[cell * 4 + channel]);
    }

    [Fact]
    public void Clearing_sets_what_is_not_of_the_latent_to_zero_and_nothing_else() =>
        Prop.ForAll(Sizes().ToArbitrary(), size =>
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor tokens = Patches.FromLatent(Networks.Noise(1, 4, size.Frames, size.Height + 1, size.Width + 1))
                .narrow(1, 0, (size.Height + 1) / 2 * ((size.Width + 1) / 2)).contiguous();
            Tensor latent = Patches.ToLatent(tokens, size.Height, size.Width);
            Patches.ClearPadding(tokens, size.Height, size.Width);
            Assert.Equal(0, Networks.LargestDifference(Patches.FromLatent(latent), tokens));
        }).QuickCheckThrowOnFailure();

    /// <summary>Whoever has no torch makes the same bytes, whatever stands in the padding.</summary>
    [Fact]
    public void The_final_form_without_torch_has_the_same_bytes() =>
        Prop.ForAll(Sizes().ToArbitrary(), size =>
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor tokens = Networks.Noise(1, size.Frames, (size.Height + 1) / 2 * ((size.Width + 1) / 2), 16);
            Tensor latent = Patches.ToLatent(tokens, size.Height, size.Width);
            Assert.Equal(latent.bytes.ToArray(), LatentForm.OfTokens(tokens.bytes, new LatentSize(size.Frames, size.Height, size.Width)));
        }).QuickCheckThrowOnFailure();

    private static Gen<(int Frames, int Height, int Width)> Sizes() =>
        from frames in Gen.Choose(1, 4)
        from height in Gen.Choose(1, 9)
        from width in Gen.Choose(1, 9)
        select (frames, height, width);
}
