using OpenSora.Inference.Decoding;
using OpenSora.Inference.Sampling;
using OpenSora.Layout.Decoding;
using OpenSora.Layout.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Decoding;

public class VideoAutoencoderTests
{
    [Fact]
    public void Pieces_have_at_most_a_batch_of_frames_whatever_the_length_of_the_clip()
    {
        using DisposeScope scope = NewDisposeScope();
        using VideoAutoencoder autoencoder = Networks.Autoencoder();
        long[][] shapes = autoencoder.Decode(Networks.Noise(1, 4, 11, 2, 3), 36).Select(piece => piece.shape).ToArray();
        long[] frames = [4, 4, 4, 4, 1, 4, 4, 4, 4, 1, 2];
        Assert.Equal(frames.Select(count => new long[] { 3, count, 16, 24 }), shapes);
    }

    [Fact]
    public void A_clip_is_its_chunks_one_after_the_other_bit_for_bit()
    {
        using DisposeScope scope = NewDisposeScope();
        using VideoAutoencoder autoencoder = Networks.Autoencoder();
        Tensor z = Networks.Noise(1, 4, 7, 2, 3);
        Tensor whole = cat([.. autoencoder.Decode(z, 22)], 1);
        Tensor chunks = cat([.. autoencoder.Decode(z.narrow(1, 0, 5), 17), .. autoencoder.Decode(z.narrow(1, 5, 2), 5)], 1);
        Assert.Equal(0, Networks.LargestDifference(whole, chunks));
    }

    [Fact]
    public void Frames_decoded_at_once_are_those_decoded_in_batches()
    {
        using DisposeScope scope = NewDisposeScope();
        using VideoAutoencoder batches = Networks.Autoencoder(), once = Networks.Autoencoder(new AutoencoderUnits(FramesPerBatch: null));
        Tensor z = Networks.Noise(1, 4, 6, 2, 3);
        Assert.InRange(Networks.LargestDifference(cat([.. batches.Decode(z, 18)], 1), cat([.. once.Decode(z, 18)], 1)), 0, 2e-5);
    }

    /// <summary>One chunk of 20 frames is another clip for the group norms than chunks of 17 and 3.</summary>
    [Fact]
    public void Chunks_are_part_of_the_model()
    {
        using DisposeScope scope = NewDisposeScope();
        using VideoAutoencoder chunks = Networks.Autoencoder(), whole = Networks.Autoencoder(new AutoencoderUnits(FramesPerChunk: 0));
        Tensor z = Networks.Noise(1, 4, 6, 2, 3);
        Assert.Equal((6, 5), (chunks.LatentFrames(20), whole.LatentFrames(20)));
        Assert.True(Networks.LargestDifference(cat([.. chunks.Decode(z, 20)], 1).narrow(1, 0, 8), cat([.. whole.Decode(z, 24)], 1).narrow(1, 0, 8)) > 1e-3);
    }

    [Fact]
    public void Encoding_a_clip_of_a_batch_uses_its_own_noise()
    {
        using DisposeScope scope = NewDisposeScope();
        using NoiseSource source = new(3);
        using VideoAutoencoder autoencoder = Networks.Autoencoder();
        PosteriorNoise[] noise = PosteriorNoise.Draw(source, ScalarType.Float32, autoencoder.Units, 4, 2, 18, (4, 2, 3));
        Tensor pixels = Networks.Noise(1, 3, 18, 16, 24);
        Tensor mean = autoencoder.Encode(pixels, PosteriorNoise.None);
        Tensor first = autoencoder.Encode(pixels, noise[0]), second = autoencoder.Encode(pixels, noise[1]);
        Assert.Equal([4, 6, 2, 3], mean.shape);
        Assert.True(Networks.LargestDifference(first, mean) > 1e-2 && Networks.LargestDifference(first, second) > 1e-2);
        Assert.Equal(0, Networks.LargestDifference(first, autoencoder.Encode(pixels, noise[0])));
    }

    [Fact]
    public void Scale_and_shift_come_from_the_configuration_when_the_checkpoint_has_none()
    {
        using DisposeScope scope = NewDisposeScope();
        VideoAutoencoderConfig plain = new() { VaeTemporal = Networks.Temporal, Scale = [1], Shift = [0] };
        using VideoAutoencoder scaled = Networks.Autoencoder();
        using VideoAutoencoder unscaled = new(
            Networks.Random(key => key is not ("scale" or "shift")), Networks.Spatial, plain, new AutoencoderUnits(), CPU, Precision.Float32);
        Tensor z = Networks.Noise(1, 4, 1, 2, 3);
        Tensor scale = tensor(new[] { 3.85f, 2.32f, 2.33f, 3.06f }).view(4, 1, 1, 1), shift = tensor(new[] { -0.1f, 0.34f, 0.27f, 0.98f }).view(4, 1, 1, 1);
        Assert.Equal(0, Networks.LargestDifference(scaled.DecodeChunk(z, 1), unscaled.DecodeChunk(z * scale + shift, 1)));
    }

    [Fact]
    public void A_latent_of_another_length_is_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        using VideoAutoencoder autoencoder = Networks.Autoencoder();
        ArgumentException e = Assert.Throws<ArgumentException>(() => autoencoder.Decode(Networks.Noise(1, 4, 4, 2, 3), 17));
        Assert.Contains("17 frames have 5 latent frames", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decoding_leaves_only_the_piece_alive_and_nothing_when_it_is_stopped()
    {
        using VideoAutoencoder autoencoder = Networks.Autoencoder();
        using Tensor z = Networks.Noise(1, 4, 10, 2, 3);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        foreach (Tensor piece in autoencoder.Decode(z, 34).Take(6))
        {
            piece.Dispose();
            Assert.Equal(before + 1, DisposeScopeManager.Statistics.ThreadTotalLiveCount); // the chunk's per-frame latents
        }
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Pieces_can_be_disposed_of_by_a_scope_of_their_own()
    {
        using VideoAutoencoder autoencoder = Networks.Autoencoder();
        using Tensor z = Networks.Noise(1, 4, 5, 2, 3);
        using IEnumerator<Tensor> pieces = autoencoder.Decode(z, 17).GetEnumerator();
        int frames = 0;
        bool more = true;
        while (more)
        {
            using DisposeScope scope = NewDisposeScope();
            more = pieces.MoveNext();
            frames += more ? (int)pieces.Current.shape[1] : 0;
        }
        Assert.Equal(17, frames);
    }

    [Fact]
    public void Encoding_leaves_only_the_latent_alive()
    {
        using VideoAutoencoder autoencoder = Networks.Autoencoder();
        using Tensor pixels = Networks.Noise(1, 3, 5, 16, 16);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        autoencoder.Encode(pixels, PosteriorNoise.None).Dispose();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}
