using System.Diagnostics;
using OpenSora.Contracts.Files;
using OpenSora.TestKit;

namespace OpenSora.Contracts.Tests.Files;

public sealed class UserFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AFileIsReadUpToItsLimit()
    {
        string file = _folder.Write("a", [1, 2, 3]), link = _folder["link"];
        File.CreateSymbolicLink(link, file);
        Assert.Equal<byte>([1, 2, 3], UserFile.Read("--x", link, 3));
        Assert.Contains("--x ", Assert.Throws<TooLargeException>(() => UserFile.Read("--x", file, 2)).Message, StringComparison.Ordinal);
    }

    /// <summary>None of them is opened: the pipe has no writer, and would be waited for.</summary>
    [Fact]
    public void WhatIsNoFileIsRefused()
    {
        using (Process made = Process.Start("mkfifo", _folder["pipe"]))
            made.WaitForExit();
        File.CreateSymbolicLink(_folder["link"], _folder["pipe"]);
        foreach (string path in new[] { _folder["pipe"], _folder["link"], "/dev/zero", _folder.Write("empty", []) })
            Assert.Contains($"--x {path} is empty, or a pipe or a device", Refusal(path), StringComparison.Ordinal);
        Assert.Contains("is a folder", Refusal(_folder.Path), StringComparison.Ordinal);
        Assert.Contains("cannot be read: ", Refusal(_folder["missing"]), StringComparison.Ordinal);

        static string Refusal(string path) => Assert.Throws<InputException>(() => UserFile.Read("--x", path, 10)).Message;
    }
}
