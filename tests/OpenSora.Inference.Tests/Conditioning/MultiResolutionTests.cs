using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Inference.Conditioning;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Conditioning;

public class MultiResolutionTests
{
    [Fact]
    public void Sizes_are_rounded_to_the_type_of_the_model()
    {
        Assert.Equal(new MultiResolution(480, 852, 408, 0.5625f, 24), MultiResolution.Of(new FrameSize(480, 853), 408, 24, ScalarType.BFloat16));
        Assert.Equal(new MultiResolution(480, 853, 51, (float)(480 / 853.0), 24), MultiResolution.Of(new FrameSize(480, 853), 51, 24, ScalarType.Float32));
    }

    [Fact]
    public void An_image_has_a_rate_of_its_own() => Assert.Equal(120, MultiResolution.Of(new FrameSize(480, 853), 1, 24, ScalarType.Float32).Fps);

    [Fact]
    public void An_unknown_kind_is_refused() =>
        Assert.Throws<InputException>(() => MultiResolution.Of(default, 1, 24, ScalarType.Float32).Arguments("stdit2"));
}
