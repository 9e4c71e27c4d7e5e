using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Media;
using OpenSora.TestKit;
using OpenSora.Video.Tests.Reading;

namespace OpenSora.Video.Tests;

public sealed class MediaFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MediaFiles _files = new(framesPerSecond: 24, crf: null);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("missing.png", null, "does not exist")]
    [InlineData("words.png", "not a picture", "neither an image nor a video of a kind that is read: give JPEG,")]
    [InlineData("words.mp4", "not a video", "cannot be decoded")]
    [InlineData("words.txt", "not a picture", "cannot be decoded")]
    [InlineData("list.mp4", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nother.ts\n", "neither an image nor a video of a kind")]
    [InlineData("list.mp4", "ffconcat version 1.0\nfile other.mp4\n", "neither an image nor a video of a kind")]
    public void AReferenceThatCannotBeReadIsRefusedBeforeItIsUsed(string name, string? text, string words)
    {
        if (text is not null)
            File.WriteAllText(_folder[name], text);
        string message = Assert.Throws<InputException>(() => _files.Require([_folder[name]])).Message;
        Assert.Contains(name, message, StringComparison.Ordinal);
        Assert.Contains(words, message, StringComparison.Ordinal);
    }

    /// <summary>A picture is decoded once; an address is fetched once in the life of a process.</summary>
    [Fact]
    public void OnceIsEnough()
    {
        string picture = _folder["a.png"];
        FrameSize size = new(16, 16);
        using (IFrameSink sink = _files.Create(picture, size, default))
        {
            sink.Write(TestFrames.Smooth(size, 0));
            sink.Complete();
        }
        string address;
        byte[] bytes = File.ReadAllBytes(picture);
        using (LocalServer server = new($"HTTP/1.1 200 OK\nContent-Length: {bytes.Length}", bytes))
        {
            address = $"{server.Address}/a.png";
            _files.Require([picture, address]);
        }
        // As long and as old as it was: nobody looks. Another file of that name is looked at.
        DateTime written = File.GetLastWriteTimeUtc(picture);
        File.WriteAllBytes(picture, new byte[bytes.Length]);
        File.SetLastWriteTimeUtc(picture, written);
        Assert.Empty(new MediaFiles(24, null).Require([picture, address]));
        File.WriteAllText(picture, "no picture any more");
        Assert.Throws<InputException>(() => _files.Require([picture]));
        Assert.Equal((16, 16), (_files.Read(address, default).Single().Height, new MediaFiles(24, null).Read(address, default).Single().Width));
    }
}
