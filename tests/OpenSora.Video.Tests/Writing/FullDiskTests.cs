using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Files;
using OpenSora.TestKit;
using OpenSora.Video.Writing;
using Xunit.Abstractions;

namespace OpenSora.Video.Tests.Writing;

/// <summary>A disk that is full at some points of a file, from its first byte to its last page.</summary>
public sealed class FullDiskTests(ITestOutputHelper output)
{
    private static readonly FrameSize Size = new(128, 128);
    private static readonly FrameRate Rate = new(24);

    [Fact]
    public void AVideoIsWholeOrNotThere() => FillsAt(20, disk => WriteVideo(disk["clip.mp4"]), "clip.mp4");

    [Fact]
    public void AMarkedVideoIsWholeOrNotThere()
    {
        using TemporaryFolder elsewhere = new();
        WriteVideo(elsewhere["clip.mp4"]);
        FillsAt(4, disk =>
        {
            File.CreateSymbolicLink(disk["clip.mp4"], elsewhere["clip.mp4"]); // takes no page
            try
            {
                Watermark.Write(disk["clip.mp4"], Size);
            }
            finally
            {
                File.Delete(disk["clip.mp4"]);
            }
        }, "clip_watermark.mp4");
    }

    [Fact]
    public void APictureIsWholeOrNotThere() => FillsAt(20, disk =>
    {
        FrameSize size = new(160, 160);
        using ImageWriter writer = new(disk["picture.png"], size);
        writer.Write(TestFrames.ColourNoise(size, 1));
        writer.Complete();
    }, "picture.png");

    /// <param name="points">How many there are, from a disk without room to one that has enough.</param>
    private void FillsAt(int points, Action<SmallDisk> write, string name)
    {
        using SmallDisk? disk = SmallDisk.Of(256, output.WriteLine);
        if (disk is null)
            return;
        write(disk);
        int pages = (int)((new FileInfo(disk[name]).Length + 4095) / 4096);
        File.Delete(disk[name]);
        foreach (int left in Enumerable.Range(0, points).Select(point => point * pages / points).Distinct())
        {
            disk.Leave(left);
            DiskFullException full = Assert.Throws<DiskFullException>(() => write(disk));
            output.WriteLine($"{left} of {pages} pages: {full.Message}");
            Assert.StartsWith($"{disk[name]} could not be written: the disk of {disk.Path} is full, ", full.Message, StringComparison.Ordinal);
            Assert.Empty(disk.Files);
        }
        disk.Leave(pages + 1);
        write(disk);
        Assert.Equal([name], disk.Files);
    }

    private static void WriteVideo(string path)
    {
        using VideoWriter writer = new(path, Size, Rate);
        for (int frame = 0; frame < 6; frame++)
            writer.Write(TestFrames.GreyNoise(Size, frame));
        writer.Complete();
    }
}
