using System.Text;
using System.Text.RegularExpressions;
using OpenSora.Contracts;
using OpenSora.TestKit;
using OpenSora.Video.Reading;

namespace OpenSora.Video.Tests.Reading;

public sealed class ReferenceDownloadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("/pictures/a.png?size=large", "a.png")]
    [InlineData("/..%2f..%2fetc%2fpasswd.png", ".._.._etc_passwd.png")]
    [InlineData("/a%20b;c.jpg", "a_b_c.jpg")]
    public void AFileComesUnderTheLastPartOfItsPathMadeSafe(string path, string name)
    {
        using LocalServer server = new("HTTP/1.1 200 OK\nContent-Length: 5", "hello"u8.ToArray());
        using ReferenceDownload download = new(_folder["cache"]);
        string file = download.Fetch(server.Address + path);
        Assert.Matches($"^{Regex.Escape(_folder["cache/"])}[0-9a-f]{{8}}-{Regex.Escape(name)}$", file);
        Assert.Equal("hello", File.ReadAllText(file));
    }

    [Theory]
    [InlineData("HTTP/1.1 404 Not Found\nContent-Length: 0", "/a.png", "404")]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 999", "/a.png", "could not be fetched")] // ends early
    [InlineData("HTTP/1.1 200 OK", "/a.png", "larger than 10 bytes")] // of unknown length
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 999", "/large.png", "")]
    public void WhatCannotBeFetchedIsAnErrorThatLeavesNothing(string head, string path, string part)
    {
        using LocalServer server = new(head, Encoding.ASCII.GetBytes(head.Contains("999", StringComparison.Ordinal) ? "hello" : "hello hello hello"));
        using ReferenceDownload download = new(_folder.Path, limitBytes: path == "/large.png" || !head.Contains("999", StringComparison.Ordinal) ? 10 : 2000);
        Assert.Contains(part, Assert.Throws<InputException>(() => download.Fetch(server.Address + path)).Message, StringComparison.Ordinal);
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public void AServerThatStallsIsGivenUp()
    {
        using LocalServer server = new("HTTP/1.1 200 OK\nContent-Length: 999", "hello"u8.ToArray(), hold: true);
        using ReferenceDownload download = new(_folder.Path, timeout: TimeSpan.FromMilliseconds(300));
        Assert.Contains("did not arrive within", Assert.Throws<InputException>(() => download.Fetch(server.Address + "/a.png")).Message, StringComparison.Ordinal);
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public void CancellingIsNotAnError()
    {
        using LocalServer server = new("HTTP/1.1 200 OK\nContent-Length: 999", "hello"u8.ToArray(), hold: true);
        using ReferenceDownload download = new(_folder.Path);
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(300));
        Assert.ThrowsAny<OperationCanceledException>(() => download.Fetch(server.Address + "/a.png", stop.Token));
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public void FtpIsRefusedInWords()
    {
        using ReferenceDownload download = new(_folder.Path);
        Assert.Contains("ftp", Assert.Throws<InputException>(() => download.Fetch("ftp://host/a.png")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://h/a.png", true)]
    [InlineData("HTTPS://h/a.png", true)]
    [InlineData("ftp://h/a.png", true)]
    [InlineData("http:/a.png", false)]
    [InlineData("a.png", false)]
    [InlineData("/http://h/a.png", false)]
    [InlineData("file:///a.png", false)]
    public void AUrlIsKnownByItsScheme(string reference, bool isUrl) => Assert.Equal(isUrl, ReferenceDownload.IsUrl(reference));

    public void Dispose() => _folder.Dispose();
}
