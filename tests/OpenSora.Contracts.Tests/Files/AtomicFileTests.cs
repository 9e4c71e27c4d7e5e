using OpenSora.Contracts.Files;
using OpenSora.TestKit;
using Xunit.Abstractions;

namespace OpenSora.Contracts.Tests.Files;

public sealed class AtomicFileTests(ITestOutputHelper output)
{
    [Fact]
    public void OnAFullDiskTheOlderFileStays()
    {
        const int Pages = 20;
        using SmallDisk? disk = SmallDisk.Of(64, output.WriteLine);
        if (disk is null)
            return;
        AtomicFile.WriteText(disk["report.json"], "older");
        for (int left = 0; left < Pages; left++)
        {
            disk.Leave(left);
            DiskFullException full = Assert.Throws<DiskFullException>(() => AtomicFile.Write(disk["report.json"], file =>
            {
                for (int page = 0; page < Pages; page++)
                    file.Write(new byte[4096]);
            }));
            Assert.Equal($"{disk["report.json"]} could not be written: the disk of {disk.Path} is full, 0 bytes are free{(left == 0 ? "" : $" and the file needs more than {Bytes.Words(4096 * left)}")}: make room there", full.Message);
            Assert.Equal(["report.json"], disk.Files);
            Assert.Equal("older", File.ReadAllText(disk["report.json"]));
        }
        disk.Leave(1);
        AtomicFile.WriteText(disk["report.json"], "newer");
        Assert.Equal("newer", File.ReadAllText(disk["report.json"]));
    }

    [Fact]
    public void WhatFailsLeavesNothing()
    {
        using TemporaryFolder folder = new();
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(folder["a"], _ => throw new InvalidOperationException()));
        Assert.Empty(folder.Files);
    }
}
