using OpenSora.Cluster.Jobs;
using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Files;
using OpenSora.Contracts.Generation;
using OpenSora.Layout.Latents;
using OpenSora.Prompts.Plans;
using OpenSora.TestKit;
using Xunit.Abstractions;

namespace OpenSora.Cluster.Tests.Jobs;

/// <summary>What is looked at, and held, before any card has a part in a request.</summary>
public sealed class RequestPlanTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private GenerationRequest Two => new() { Prompts = ["one", "two"], NumFrames = "17", ImageSize = [64, 64], SaveDir = "videos", SampleName = "below/x", Watermark = true };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TwoRunsAtOnceNeverHaveOneName()
    {
        (GenerationRequest first, NameReservation names) = Plan(Two).Reserve(isBegun: false);
        using (names)
        {
            Assert.Equal(Two.NumberOffset, first.NumberOffset);
            foreach (GenerationRequest second in new[] { Two, Two with { Overwrite = "never" }, Two with { StartIndex = 1 }, Two with { SaveDir = "videos/below", SampleName = "x" } })
                Assert.Contains("is being made by another run", Assert.ThrowsAny<InputException>(() => Plan(second).Reserve(isBegun: false)).Message, StringComparison.Ordinal);
            Plan(Two with { StartIndex = 2 }).Reserve(isBegun: false).Names.Dispose();
            Plan(Two with { SampleName = "y" }).Reserve(isBegun: false).Names.Dispose();
            (GenerationRequest next, NameReservation others) = Plan(Two with { Overwrite = "number" }).Reserve(isBegun: false);
            others.Dispose();
            Assert.Equal(["x_0002.mp4", "x_0003.mp4"], Files(next));
        }
        Plan(Two).Reserve(isBegun: false).Names.Dispose();
        Assert.Empty(Directory.EnumerateFiles(_folder["videos"], "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }));
    }

    [Theory]
    [InlineData("always", "x_0000.mp4", 0)]
    [InlineData("never", "x_0001.mp4", null)]
    [InlineData("never", "x_0001_watermark.mp4", null)]
    [InlineData("never", "x_0002.mp4", 0)]
    [InlineData("number", "x_0001.mp4", 2)]
    [InlineData("number", "x_0000_watermark.mp4", 1)]
    public void FilesThatAreThere(string overwrite, string there, int? added)
    {
        Directory.CreateDirectory(_folder["videos/below"]);
        _folder.Write($"videos/below/{there}", []);
        RequestPlan plan = Plan(Two with { Overwrite = overwrite });
        if (added is null)
        {
            Assert.Contains($"{there} is there, and --overwrite never keeps it", Assert.ThrowsAny<InputException>(() => plan.Reserve(isBegun: false)).Message, StringComparison.Ordinal);
            plan.Reserve(isBegun: true).Names.Dispose(); // it made them itself
            return;
        }
        (GenerationRequest settled, NameReservation names) = plan.Reserve(isBegun: false);
        names.Dispose();
        Assert.Equal(added, settled.NumberOffset);
    }

    [Fact]
    public void AFileOfLatentsIsHeldToo()
    {
        GenerationRequest request = Two with { SaveLatent = _folder["z.safetensors"], Overwrite = "number" };
        using (Plan(request).Reserve(isBegun: false).Names)
            Assert.Contains("z.safetensors is being made", Assert.ThrowsAny<InputException>(() => Plan(request).Reserve(isBegun: false)).Message, StringComparison.Ordinal);
        _folder.Write("z.safetensors", []);
        Assert.Contains("z.safetensors is there", Assert.ThrowsAny<InputException>(() => Plan(request).Reserve(isBegun: false)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ADiskWithoutRoomIsToldBeforeTheFirstStep()
    {
        using SmallDisk? disk = SmallDisk.Of(16, output.WriteLine);
        if (disk is null)
            return;
        disk.Leave(2);
        // 17 frames of 64 x 64 in each video and its marked one, at a twentieth of a byte a pixel, and 8 KiB a file.
        DiskFullException full = Assert.Throws<DiskFullException>(() => DiskNeed.Check(Two with { SaveDir = disk["new/folder"] }, _folder.Path, _folder.Path, videos: 2));
        Assert.Equal($"the disk of {disk["new/folder"]} has 8 KiB free, and what is to be made takes 45.6 KiB at the least: make room there, or give another --save-dir", full.Message);
        full = Assert.Throws<DiskFullException>(() => DiskNeed.Check(Two with { BatchSize = 2 }, _folder.Path, disk["state"], videos: 2));
        Assert.Contains("or give another folder as OPENSORA_STATE", full.Message, StringComparison.Ordinal);
        DiskNeed.Check(Two, _folder.Path, _folder.Path, videos: 2);
        // One disk for both: they have its room between them.
        disk.Leave(12);
        DiskNeed.Check(Two with { SaveDir = disk["videos"] }, _folder.Path, _folder.Path, videos: 2);
        full = Assert.Throws<DiskFullException>(() => DiskNeed.Check(Two with { SaveDir = disk["videos"] }, _folder.Path, disk["state"], videos: 2));
        Assert.Contains($"the disk of {disk["videos"]} and {disk["state"]} has 48 KiB free", full.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1,4,5,8,8", null, "")]
    [InlineData("2,4,5,8,8", null, "z is [2, 4, 5, 8, 8], and this clip needs [1, 4, 5, 8, 8]")]
    [InlineData("1,4,5,8,9", null, "needs [1, 4, 5, 8, 8]")]
    [InlineData("", null, "it holds no tensor")]
    [InlineData("1,4,5,8,8", "cut", "no safetensors file that can be read")]
    [InlineData("1,4,5,8,8", "words", "no safetensors file that can be read")]
    public void NoiseOfAnotherSizeIsRefused(string shape, string? damage, string words)
    {
        byte[] file = SafetensorsPreamble.Of(shape.Length == 0 ? [] : [new SafetensorsEntry("z", "F32", [.. shape.Split(',').Select(long.Parse)], 0)]);
        string path = _folder.Write("noise.safetensors", damage switch { "cut" => file[..20], "words" => "no tensors at all"u8, _ => file });
        LatentSize latent = ClipGeometry.Of(Two).Latent;
        if (words.Length == 0)
            NoiseFile.Check(path, [1], latent);
        else
            Assert.Contains(words, Assert.Throws<InputException>(() => NoiseFile.Check(path, [1], latent)).Message, StringComparison.Ordinal);
        Assert.Contains("needs [2, 4,", Assert.ThrowsAny<InputException>(() => NoiseFile.Check(_folder.Write("one.safetensors", SafetensorsPreamble.Of([new SafetensorsEntry("z", "F32", [1, 4, 5, 8, 8], 0)])), [1, 2], latent)).Message, StringComparison.Ordinal);
    }

    /// <summary>Three prompts two by two: the last batch has one, and no noise is for both.</summary>
    [Fact]
    public void NoiseMasksAndTransparencyAreLookedAtBeforeACardStarts()
    {
        string noise = _folder.Write("noise.safetensors", SafetensorsPreamble.Of([new SafetensorsEntry("z", "F32", [2, 4, 5, 8, 8], 0)]));
        TestMedia media = new();
        RequestPlan plan = Plan(Two with { ReferencePaths = ["clear.png", "b.png"], BatchSize = 2, LatentNoise = noise });
        plan.Check(media);
        Assert.Contains("clear.png has transparent pixels", Assert.Single(plan.Notices()), StringComparison.Ordinal);
        Assert.Contains("needs [1, 4,", Assert.Throws<InputException>(() => Plan(Two with { Prompts = ["one", "two", "three"], BatchSize = 2, LatentNoise = noise }).Check(media)).Message, StringComparison.Ordinal);
        Assert.Contains("needs [1, 4,", Assert.Throws<InputException>(() => Plan(Two with { LatentNoise = noise }).Check(media)).Message, StringComparison.Ordinal);
        Assert.Contains("the prompt has 0", Assert.Throws<InputException>(() => Plan(Two with { MaskStrategies = ["", "0"] }).Check(media)).Message, StringComparison.Ordinal);
    }

    private RequestPlan Plan(GenerationRequest request) => new(request, _folder.Path, _folder["state"], new Tokenizers());

    private static IEnumerable<string?> Files(GenerationRequest request) => new GenerationPlan(request).Batches().SelectMany(batch => batch.Videos).Select(video => Path.GetFileName(video.File));
}
