using OpenSora.Inference.Text;
using OpenSora.Inference.Weights;
using OpenSora.Layout.Models;
using OpenSora.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Text;

public class T5EncoderTests
{
    [Fact]
    public void The_public_encoder_has_4762310656_numbers()
    {
        ShapeList shapes = new();
        T5EncoderConfig config = new()
        {
            DModel = 4096,
            DKv = 64,
            NumHeads = 64,
            NumLayers = 24,
            DFf = 10240,
            VocabSize = 32128,
            FeedForwardProj = "gated-gelu",
        };
        using T5Encoder encoder = new(shapes, config);
        Assert.Equal(4_762_310_656, shapes.Shapes.Values.Sum(shape => shape.Aggregate(1L, (product, size) => product * size)));
        Assert.Equal([32, 64], shapes.Shapes["encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight"]);
        Assert.Equal(219, shapes.Shapes.Count);
    }

    [Theory]
    [InlineData("shared.weight")]
    [InlineData("encoder.embed_tokens.weight")]
    [InlineData("decoder.embed_tokens.weight")]
    [InlineData("lm_head.weight")]
    public void The_embedding_has_any_of_its_names(string embedding)
    {
        ShapeList shapes = new(key => key == embedding);
        using T5Encoder encoder = new(shapes, Networks.Text);
        Assert.Equal([50, 16], shapes.Shapes[embedding]);
    }

    [Fact]
    public void A_head_that_is_not_tied_is_no_embedding()
    {
        ShapeList shapes = new(key => key == "lm_head.weight");
        using T5Encoder encoder = new(shapes, Networks.Text with { TieWordEmbeddings = false });
        Assert.Equal([50, 16], shapes.Shapes["shared.weight"]);
    }

    [Fact]
    public void Padding_does_not_change_the_tokens_before_it()
    {
        using DisposeScope scope = NewDisposeScope();
        using T5Encoder encoder = new(Networks.Random(), Networks.Text);
        Tensor tokens = tensor(new long[] { 5, 9, 1 }), padded = tensor(new long[] { 5, 9, 1, 0, 0 }), mask = tensor(new long[] { 1, 1, 1, 0, 0 });
        Assert.InRange(Networks.LargestDifference(encoder.Encode(tokens), encoder.Encode(padded, mask).narrow(0, 0, 3)), 0, 5e-6);
    }

    /// <summary>What is held narrow is widened when it is used: the same bits from half the memory.</summary>
    [Theory]
    [InlineData(ScalarType.BFloat16, ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16, ScalarType.Float32)]
    [InlineData(ScalarType.Float32, ScalarType.Float32)]
    public void Matrices_that_are_held_narrow_give_the_same_bits(ScalarType model, ScalarType held)
    {
        using DisposeScope scope = NewDisposeScope();
        string folder = Path.Combine(Repository.Golden, "checkpoints", "t5");
        Precision precision = new(model, ScalarType.Float32);
        using Checkpoint checkpoint = Checkpoint.Open(folder, "pytorch_model");
        Precision wide = model == ScalarType.Float16 ? Precision.Float32 : precision;
        using T5Encoder before = new(new CheckpointParameters(checkpoint, CPU, wide), T5EncoderConfig.Read(folder));
        using T5Encoder after = T5Encoder.Load(folder, CPU, precision);
        Tensor tokens = tensor(new long[] { 5, 9, 33, 7, 1 });
        Assert.Equal(before.Encode(tokens).data<float>().ToArray(), after.Encode(tokens).data<float>().ToArray());
        Assert.All(after.parameters().Where(weight => weight.numel() > 64 * 64), weight => Assert.Equal(held, weight.dtype));
    }

    [Fact]
    public void Keys_before_and_after_a_query_have_buckets_of_their_own()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor buckets = T5RelativePositions.Buckets(200, 32, 128);
        long[] first = buckets[0].data<long>().ToArray(), last = buckets[199].data<long>().ToArray();
        Assert.Equal([0, 17, 18, 19, 20, 21, 22, 23, 24], first[..9]);
        Assert.Equal(31, first[199]);
        Assert.Equal([15, 0], new[] { last[0], last[199] });
        Assert.Equal(10, last[199 - 16]); // ln(16/8) / ln(128/8) · 8 is 2, not a bit less
    }

    [Fact]
    public void A_prompt_leaves_no_tensor_but_its_embeddings()
    {
        using T5Encoder encoder = new(Networks.Random(), Networks.Text);
        using Tensor ids = tensor(new long[] { 5, 9, 1 });
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (Tensor hidden = encoder.Encode(ids, ids))
            Assert.Equal([3, 16], hidden.shape);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Half_precision_is_computed_in_float32()
    {
        Precision half = new(ScalarType.Float16, ScalarType.Float16);
        using T5Encoder encoder = T5Encoder.Load(Networks.Golden.Checkpoint("t5"), CPU, half);
        using Tensor ids = tensor(new long[] { 5, 1 }), hidden = encoder.Encode(ids);
        Assert.Equal(ScalarType.Float32, hidden.dtype);
    }
}
