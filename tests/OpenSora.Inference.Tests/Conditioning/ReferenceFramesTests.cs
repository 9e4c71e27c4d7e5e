using FsCheck;
using FsCheck.Fluent;
using OpenSora.Contracts;
using OpenSora.Inference.Conditioning;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Conditioning;

public class ReferenceFramesTests
{
    private const int Frames = 15;

    [Theory]
    [InlineData("0,5", 0, "names reference 5, and the prompt has 2")]
    [InlineData("0,-3", 0, "names reference -3")]
    [InlineData("0,0,0,15,1", 0, "of 15")]
    [InlineData("0,0,12,0,1", 0, "of 10")]
    [InlineData("0,0,0,-16,1", 0, "of 15")]
    [InlineData("0,0,0,0,0", 0, "are none")]
    [InlineData("0,0,0,0,-2", 0, "are none")]
    public void What_is_not_there_is_named(string strategy, int align, string part)
    {
        using DisposeScope scope = NewDisposeScope();
        string message = Assert.Throws<InputException>(() => ReferenceFrames.Place(Clip(), References(), strategy, 0, align)).Message;
        Assert.Contains(part, message, StringComparison.Ordinal);
        Assert.Contains($"'{strategy}'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reference_may_be_counted_from_the_end()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor z = Clip();
        ReferenceFrames.Place(z, References(), "0,-1", 0, 0);
        Assert.Equal(2, z[0, 0, 0, 0].ToSingle());
    }

    [Fact]
    public void Frames_come_from_the_reference_exactly_where_the_mask_says_so() => Prop.ForAll(Groups().ToArbitrary(), Gen.Elements(0, 5).ToArbitrary(), (group, align) =>
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor z = Clip(), reference = arange(10, dtype: ScalarType.Float32).view(1, 10, 1, 1).expand(4, 10, 2, 3) + 100;
        float[] mask = ReferenceFrames.Place(z, [reference], $"3,0,{group.From},{group.To},{group.Length},0.25", 3, align);
        int placed = mask.Count(ratio => ratio == 0.25f), first = Array.IndexOf(mask, 0.25f);
        float[] values = z[0, TensorIndex.Colon, 0, 0].contiguous().data<float>().ToArray();
        bool run = Enumerable.Range(0, Frames).All(t => (mask[t] == 0.25f) == (t >= first && t < first + placed));
        bool others = Enumerable.Range(0, Frames).All(t => mask[t] == 0.25f || (mask[t] == 1 && values[t] == -1));
        bool inOrder = Enumerable.Range(first, placed).All(t => values[t] == values[first] + t - first && values[t] >= 100);
        return run && others && inOrder && placed >= 1 && placed <= group.Length && (align == 0 || first % align == 0);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Groups_of_other_loops_and_no_groups_change_nothing()
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (string? strategy in new[] { null, "", "1", "2,0,0,0,3" })
        {
            Tensor z = Clip();
            Assert.All(ReferenceFrames.Place(z, References(), strategy, 0, 5), ratio => Assert.Equal(1, ratio));
            Assert.Equal(-1, z.max().ToSingle());
        }
    }

    private static Tensor Clip() => full([4, Frames, 2, 3], -1f);

    private static Tensor[] References() => [full([4, 10, 2, 3], 1f), full([4, 1, 2, 3], 2f)];

    private static Gen<(int From, int To, int Length)> Groups() =>
        from start in Gen.Choose(-10, 9)
        from to in Gen.Choose(-Frames, Frames - 1)
        from length in Gen.Choose(1, 20)
        select (start, to, length);
}
