using OpenSora.Cluster.Videos;

namespace OpenSora.Cluster.Tests.Videos;

public sealed class VideoFoldersTests
{
    [Fact]
    public async Task OfManyThatOpenANewStoreAtOnceAllSeeOneName()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("opensora-test");
        try
        {
            for (int round = 0; round < 20; round++)
            {
                VideoServiceOptions options = new() { Store = Path.Combine(folder.FullName, $"{round}") };
                using Barrier together = new(4);
                string[] names = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
                    () =>
                    {
                        together.SignalAndWait();
                        return new VideoFolders(options).Open();
                    },
                    CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
                Assert.Single(names.Distinct());
                Assert.Equal([Path.Combine(options.Store, "store.id")], Directory.GetFiles(options.Store));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
