using OpenSora.Cluster.Jobs;
using OpenSora.Cluster.Store;
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
        (GenerationRequest first, NameReservation names) = Plan(Two).Reserve(begun: null);
        using (names)
        {
            Assert.Equal(Two.NumberOffset, first.NumberOffset);
            foreach (GenerationRequest second in new[] { Two, Two with { Overwrite = "never" }, Two with { StartIndex = 1 }, Two with { SaveDir = "videos/below", SampleName = "x" } })
                Assert.Contains("is being made by another run", Assert.ThrowsAny<InputException>(() => Plan(second).Reserve(begun: null)).Message, StringComparison.Ordinal);
            Plan(Two with { StartIndex = 2 }).Reserve(begun: null).Names.Dispose();
            Plan(Two with { SampleName = "y" }).Reserve(begun: null).Names.Dispose();
            (GenerationRequest next, NameReservation others) = Plan(Two with { Overwrite = "number" }).Reserve(begun: null);
            others.Dispose();
            Assert.Equal(["x_0002.mp4", "x_0003.mp4"], Files(next));
        }
        Plan(Two).Reserve(begun: null).Names.Dispose();
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
            Assert.Contains($"{there} is there, and --overwrite never keeps it", Assert.ThrowsAny<InputException>(() => plan.Reserve(begun: null)).Message, StringComparison.Ordinal);
            return;
        }
        (GenerationRequest settled, NameReservation names) = plan.Reserve(begun: null);
        names.Dispose();
        Assert.Equal(added, settled.NumberOffset);
    }

    [Fact]
    public void AFileOfLatentsIsHeldToo()
    {
        GenerationRequest request = Two with { SaveLatent = _folder["z.safetensors"], Overwrite = "number" };
        using (Plan(request).Reserve(begun: null).Names)
            Assert.Contains("z.safetensors is being made", Assert.ThrowsAny<InputException>(() => Plan(request).Reserve(begun: null)).Message, StringComparison.Ordinal);
        _folder.Write("z.safetensors", []);
        Assert.Contains("z.safetensors is there, and --overwrite number keeps it: give another --save-latent,", Assert.ThrowsAny<InputException>(() => Plan(request).Reserve(begun: null)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("videos/below/x_0001.mp4", "made twice by one run: give another --save-latent")]
    [InlineData("videos/below/x_0000_watermark.mp4", "made twice")]
    [InlineData("videos/below/x_0002.mp4", null)]
    [InlineData("noise.safetensors", "read and replaced by one run: give another --save-latent")]
    [InlineData("prompts.txt", "read and replaced")]
    public void TwoFilesOfOneRunNeverHaveOneName(string latent, string? words)
    {
        _folder.Write("prompts.txt", "one\ntwo"u8);
        GenerationRequest request = Two with { Prompts = [], PromptPath = _folder["prompts.txt"], SaveLatent = _folder[latent], LatentNoise = _folder["noise.safetensors"] };
        if (words is null)
            Plan(request).Reserve(begun: null).Names.Dispose();
        else
            Assert.Contains(words, Assert.ThrowsAny<InputException>(() => Plan(request).Reserve(begun: null)).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_folder["videos/below"]));
    }

    [Fact]
    public void AReferenceIsNotReplacedByTheVideoThatStartsFromIt() => Assert.Contains("x_0001.mp4 would be read and replaced by one run: give another --sample-name or --save-dir", Assert.ThrowsAny<InputException>(
        () => Plan(Two with { ReferencePaths = ["", "videos/below/x_0001.mp4"] }).Reserve(begun: null)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("a/b", "a_b", "'a/b' and 'a_b' both")]
    [InlineData("a", "a_watermark", "a_watermark.mp4 would be made twice")]
    [InlineData("a", "a", null)]
    public void PromptsThatNameTheirVideosDoNotShareOne(string one, string other, string? words)
    {
        GenerationRequest request = Two with { Prompts = [one, other], PromptAsPath = true, SampleName = null };
        if (words is null)
            Plan(request).Reserve(begun: null).Names.Dispose();
        else
            Assert.Contains(words, Assert.ThrowsAny<InputException>(() => Plan(request).Reserve(begun: null)).Message, StringComparison.Ordinal);
    }

    /// <summary>What a job has made itself is in its way no more than anything is under <c>always</c>.</summary>
    [Theory]
    [InlineData("never")]
    [InlineData("number")]
    public void AJobThatIsGoneOnWithKeepsFilesOfOthers(string overwrite)
    {
        GenerationRequest request = Two with { Overwrite = overwrite, SaveLatent = _folder["z.safetensors"] };
        Directory.CreateDirectory(_folder["videos/below"]);
        JobRecord begun = new() { Job = "j", Request = request, Folder = _folder.Path };
        string own = _folder.Write("videos/below/x_0000.mp4", "own"u8), latent = _folder.Write("z.safetensors", "own"u8);
        Assert.Contains("x_0000.mp4 is there, job j has not made it, and --overwrite " + overwrite, Refusal(begun), StringComparison.Ordinal);
        begun = begun with { Named = [NamedFile.Of(own)] };
        Assert.Contains("z.safetensors is there, job j has not made it", Refusal(begun), StringComparison.Ordinal);
        begun = begun with { Named = [NamedFile.Of(own), NamedFile.Of(latent)] };
        Plan(request).Reserve(begun).Names.Dispose();
        _folder.Write("videos/below/x_0000.mp4", "another"u8);
        Assert.Contains("x_0000.mp4 is there, job j has not made it", Refusal(begun), StringComparison.Ordinal);
        // A batch that is done is not made again.
        Plan(request).Reserve(begun with { Files = [own] }).Names.Dispose();
        Plan(request with { Overwrite = null }).Reserve(begun).Names.Dispose();

        string Refusal(JobRecord begun) => Assert.ThrowsAny<InputException>(() => Plan(request).Reserve(begun)).Message;
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
        full = Assert.Throws<DiskFullException>(() => DiskNeed.Check(Two with { SaveDir = disk.Path, SaveLatent = disk["z.safetensors"] }, _folder.Path, _folder.Path, videos: 2));
        Assert.StartsWith($"the disk of {disk.Path} has 8 KiB free", full.Message, StringComparison.Ordinal);
        Assert.EndsWith("give another --save-dir or another --save-latent", full.Message, StringComparison.Ordinal);
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
        RequestPlan plan = Plan(Two with { ReferencePaths = ["clear.png", "b.png"], MaskStrategies = ["0", "0"], BatchSize = 2, LatentNoise = noise });
        plan.Check(media);
        Assert.Contains("clear.png has transparent pixels", Assert.Single(plan.Notices()), StringComparison.Ordinal);
        Assert.Contains("needs [1, 4,", Assert.Throws<InputException>(() => Plan(Two with { Prompts = ["one", "two", "three"], BatchSize = 2, LatentNoise = noise }).Check(media)).Message, StringComparison.Ordinal);
        Assert.Contains("needs [1, 4,", Assert.Throws<InputException>(() => Plan(Two with { LatentNoise = noise }).Check(media)).Message, StringComparison.Ordinal);
        Assert.Contains("has reference 0, b.png, and no --mask-strategy places it", Assert.Throws<InputException>(() => Plan(Two with { ReferencePaths = ["", "b.png"] }).Check(media)).Message, StringComparison.Ordinal);
        Assert.Contains("the prompt has 0", Assert.Throws<InputException>(() => Plan(Two with { MaskStrategies = ["", "0"] }).Check(media)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, true, "--model-max-length 5 does not go with the model in ")]
    [InlineData(4096, true, "give 300, or leave it out")]
    [InlineData(300, false, "--qk-norm false does not go with the model in ")]
    public void WhatTheModelWasNotTrainedForIsRefused(int tokens, bool isNormalised, string words) => Assert.Contains(
        words, Assert.Throws<InputException>(() => Plan(Two with { ModelMaxLength = tokens, QkNorm = isNormalised }).Check(new TestMedia())).Message, StringComparison.Ordinal);

    private RequestPlan Plan(GenerationRequest request) => new(request, _folder.Path, _folder["state"], new Tokenizers());

    private static IEnumerable<string?> Files(GenerationRequest request) => new GenerationPlan(request).Batches().SelectMany(batch => batch.Videos).Select(video => Path.GetFileName(video.File));
}
