using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.TestKit;
using OpenSora.Video.Reading;
using OpenSora.Video.Writing;

namespace OpenSora.Video.Tests.Writing;

public sealed class VideoWriterTests : IDisposable
{
    private static readonly FrameSize Size = new(96, 160);
    private static readonly FrameRate Rate = new(24);
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void TheFileIsWhatPlayersExpect()
    {
        string path = _folder["sub/clip.mp4"];
        Write(path, Size, 51, TestFrames.Smooth, rate: new FrameRate(30000, 1001));

        Dictionary<string, string> stream = Tool.Probe(path, "codec_name", "width", "height", "pix_fmt", "r_frame_rate", "nb_read_frames", "color_space", "color_primaries", "color_transfer", "color_range");
        Assert.Equal("h264", stream["codec_name"]);
        Assert.Equal(("160", "96", "yuv420p"), (stream["width"], stream["height"], stream["pix_fmt"]));
        Assert.Equal(("30000/1001", "51"), (stream["r_frame_rate"], stream["nb_read_frames"]));
        Assert.Equal(("bt709", "bt709", "bt709", "tv"), (stream["color_space"], stream["color_primaries"], stream["color_transfer"], stream["color_range"]));
        string[] boxes = [.. Boxes(path)];
        Assert.True(Array.IndexOf(boxes, "moov") < Array.IndexOf(boxes, "mdat"), string.Join(' ', boxes));
        Assert.Equal(["clip.mp4"], Directory.EnumerateFiles(_folder["sub"]).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData(nameof(TestFrames.Smooth), 40)]
    [InlineData(nameof(TestFrames.Grain), 40)]
    [InlineData(nameof(TestFrames.GreyNoise), 40)]
    [InlineData(nameof(TestFrames.ColourNoise), 8)] // 4:2:0 has one colour for four pixels; luma holds all the same
    public void DecodedFramesAreTheFrames(string kind, double leastRgb)
    {
        Func<FrameSize, int, byte[]> make = kind switch
        {
            nameof(TestFrames.Smooth) => TestFrames.Smooth,
            nameof(TestFrames.Grain) => TestFrames.Grain,
            nameof(TestFrames.GreyNoise) => TestFrames.GreyNoise,
            _ => TestFrames.ColourNoise,
        };
        string path = _folder["clip.mp4"];
        Write(path, Size, 34, make);

        Psnr psnr = new();
        int frame = 0;
        foreach (RgbImage decoded in FrameReader.Read(path))
            psnr.Add(make(Size, frame++), decoded.Pixels);
        Assert.Equal(34, frame);
        Assert.True(psnr.Luma >= 40, $"luma {psnr.Luma:0.00} dB");
        Assert.True(psnr.Rgb >= leastRgb, $"RGB {psnr.Rgb:0.00} dB");
    }

    [Fact]
    public void TheSameFramesGiveTheSameBytes()
    {
        Write(_folder["a.mp4"], Size, 20, TestFrames.Grain);
        Write(_folder["b.mp4"], Size, 20, TestFrames.Grain);
        Assert.Equal(SHA256.HashData(File.ReadAllBytes(_folder["a.mp4"])), SHA256.HashData(File.ReadAllBytes(_folder["b.mp4"])));
    }

    [Fact]
    public void ALargerRateFactorGivesASmallerFile()
    {
        Write(_folder["good.mp4"], Size, 10, TestFrames.Grain, crf: 10);
        Write(_folder["small.mp4"], Size, 10, TestFrames.Grain, crf: 40);
        Assert.True(new FileInfo(_folder["small.mp4"]).Length * 2 < new FileInfo(_folder["good.mp4"]).Length);
    }

    [Fact]
    public void TheSmallestFrameIsAVideo()
    {
        Write(_folder["clip.mp4"], default, 2, TestFrames.GreyNoise);
        Assert.Equal("8", Tool.Probe(_folder["clip.mp4"], "width")["width"]);
    }

    [Fact]
    public void AnUnfinishedVideoLeavesNothing()
    {
        using (VideoWriter writer = new(_folder["clip.mp4"], Size, Rate))
            writer.Write(TestFrames.Smooth(Size, 0));
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public void CancellingInTheMiddleStopsWritingAndLeavesNothing()
    {
        using CancellationTokenSource stop = new();
        using (VideoWriter writer = new(_folder["clip.mp4"], Size, Rate, cancel: stop.Token))
        {
            writer.Write(TestFrames.Smooth(Size, 0));
            stop.Cancel();
            // What is in the pipe already cannot be taken back; it ends within the pipe's 64 KiB.
            Assert.Throws<OperationCanceledException>(() =>
            {
                for (int frame = 1; frame < 100; frame++)
                    writer.Write(TestFrames.Smooth(Size, frame));
            });
            Assert.Throws<OperationCanceledException>(writer.Complete);
        }
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public void CancellingBeforeTheStartLeavesNothing()
    {
        Assert.Throws<OperationCanceledException>(() => new VideoWriter(_folder["clip.mp4"], Size, Rate, cancel: new CancellationToken(canceled: true)));
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public void AnEncoderThatIsKilledIsAnErrorThatNamesTheFileAndTheFrame()
    {
        using (VideoWriter writer = new(_folder["clip.mp4"], Size, Rate))
        {
            writer.Write(TestFrames.Smooth(Size, 0));
            using (Process encoder = Process.GetProcessById(writer.EncoderId))
                encoder.Kill();
            CardException failure = Assert.Throws<CardException>(() =>
            {
                for (int frame = 1; frame < 100; frame++)
                    writer.Write(TestFrames.Smooth(Size, frame));
            });
            Assert.Contains("clip.mp4", failure.Message, StringComparison.Ordinal);
            Assert.Contains("exit code 137", failure.Message, StringComparison.Ordinal);
        }
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public void AnEncoderThatRefusesTellsWhy()
    {
        using (VideoWriter writer = new(_folder["clip.mp4"], Size, Rate, crf: -5))
        {
            CardException failure = Assert.Throws<CardException>(() =>
            {
                for (int frame = 0; frame < 100; frame++)
                    writer.Write(TestFrames.Smooth(Size, frame));
                writer.Complete();
            });
            Assert.Contains("crf", failure.Message, StringComparison.Ordinal);
        }
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public void ANameThatAFolderHasIsTheUsersError()
    {
        using (VideoWriter writer = new(_folder["clip.mp4"], Size, Rate))
        {
            writer.Write(TestFrames.Smooth(Size, 0));
            Directory.CreateDirectory(_folder["clip.mp4"]);
            Assert.Contains("clip.mp4", Assert.Throws<InputException>(writer.Complete).Message, StringComparison.Ordinal);
        }
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public void AnOlderFileIsReplacedOnlyByAWholeOne()
    {
        File.WriteAllText(_folder["clip.mp4"], "old");
        using (VideoWriter writer = new(_folder["clip.mp4"], Size, Rate))
            writer.Write(TestFrames.Smooth(Size, 0));
        Assert.Equal("old", File.ReadAllText(_folder["clip.mp4"]));
        Write(_folder["clip.mp4"], Size, 2, TestFrames.Smooth);
        Assert.NotEqual("old", File.ReadAllText(_folder["clip.mp4"]));
    }

    [Fact]
    public void WrongSizesAreRefused()
    {
        Assert.Throws<ArgumentException>(() => new VideoWriter(_folder["clip.mp4"], new FrameSize(97, 160), Rate));
        using (VideoWriter writer = new(_folder["clip.mp4"], Size, Rate))
        {
            Assert.Throws<ArgumentException>(() => writer.Write(new byte[10]));
            Assert.Throws<InvalidOperationException>(writer.Complete);
        }
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public void AFolderThatCannotBeMadeIsTheUsersError()
    {
        File.WriteAllText(_folder["file"], "");
        Assert.Contains("choose a folder", Assert.Throws<InputException>(() => new VideoWriter(_folder["file/clip.mp4"], Size, Rate)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FramesAreNotKept()
    {
        FrameSize size = new(360, 640); // 0.7 MB a frame, 500 of them would be 345 MB
        byte[] frame = TestFrames.Smooth(size, 0);
        using VideoWriter writer = new(_folder["clip.mp4"], size, Rate, crf: 40);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 500; i++)
        {
            frame[i] ^= 1;
            writer.Write(frame);
        }
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, size.Rgb24Bytes);
        writer.Complete();
        Assert.Equal("500", Tool.Probe(_folder["clip.mp4"], "nb_read_frames")["nb_read_frames"]);
    }

    public void Dispose() => _folder.Dispose();

    private static void Write(string path, FrameSize size, int frames, Func<FrameSize, int, byte[]> make, FrameRate? rate = null, int? crf = null)
    {
        using VideoWriter writer = new(path, size, rate ?? Rate, crf);
        for (int frame = 0; frame < frames; frame++)
            writer.Write(make(size, frame));
        writer.Complete();
        Assert.Equal(frames, writer.Frames);
    }

    /// <summary>Names of the boxes at the top of an mp4, in order.</summary>
    private static IEnumerable<string> Boxes(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        for (int at = 0; at < bytes.Length; at += (int)BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at)))
            yield return Encoding.ASCII.GetString(bytes, at + 4, 4);
    }
}
