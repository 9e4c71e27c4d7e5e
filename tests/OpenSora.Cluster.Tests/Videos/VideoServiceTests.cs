using OpenSora.Scheduling;
using OpenSora.Cluster.Videos;
using OpenSora.Contracts;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Videos;
using OpenSora.FakeCard;
using OpenSora.TestKit;

namespace OpenSora.Cluster.Tests.Videos;

/// <summary>Orders become videos, each once, and survive what happens to silos and cards.</summary>
public sealed class VideoServiceTests
{
    [Fact]
    public async Task AnOrderBecomesTheVideoThatACoordinatorMakes()
    {
        await using TestCluster cluster = await TestCluster.Start(2);
        await cluster.Cards(2);
        await using TestService service = await TestService.Start(cluster, TestService.OptionsOf(cluster));
        GenerationHashes expected = (await cluster.Generate(cluster.Request("calm", 2))).Hashes;
        Contracts.Videos.Video asked = await service.Videos.Submit(TestService.Order(), CancellationToken.None);
        Assert.Equal(VideoStatus.Queued, asked.Status);
        Contracts.Videos.Video made = await service.Completed(asked);
        Assert.Equal((100, 2), (made.Progress, made.Report!.Cards));
        Assert.Equal(expected, made.Report.Hashes);
        await NoJobs(cluster);
        string file = (await service.Videos.FindFile("me", made.Id, VideoFile.Video, CancellationToken.None))!;
        Assert.StartsWith(Path.Combine(cluster.Folder, "service", "videos", made.Id), file);
        Assert.Equal(3L * 16 * 24 * 51, new FileInfo(file).Length);
    }

    [Fact]
    public async Task AKeyMakesAVideoOnce()
    {
        await using TestCluster cluster = await TestCluster.Start(1);
        await using TestService service = await TestService.Start(cluster, TestService.OptionsOf(cluster));
        VideoOrder order = TestService.Order() with { IdempotencyKey = "once" };
        Contracts.Videos.Video[] same = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => service.Videos.Submit(order, CancellationToken.None)));
        Assert.Single(same.Select(video => video.Id).Distinct());
        Assert.NotEqual(same[0].Id, (await service.Videos.Submit(order with { Owner = "another" }, CancellationToken.None)).Id);
        KeyReusedException reused = await Assert.ThrowsAsync<KeyReusedException>(() => service.Videos.Submit(TestService.Order("something else") with { IdempotencyKey = "once" }, CancellationToken.None));
        Assert.Contains("'once'", reused.Message);
        await service.Completed(same[0]);
        Assert.Equal(VideoStatus.Completed, (await service.Videos.Submit(order, CancellationToken.None)).Status);
        Assert.Single(Directory.GetDirectories(Path.Combine(cluster.Folder, "service", "videos")), folder => folder.EndsWith(same[0].Id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task AnotherOwnerSeesNothing()
    {
        await using TestCluster cluster = await TestCluster.Start(1);
        await using TestService service = await TestService.Start(cluster, TestService.OptionsOf(cluster));
        Contracts.Videos.Video mine = await service.Completed(await service.Videos.Submit(TestService.Order(), CancellationToken.None));
        Assert.Null(await service.Videos.Find("you", mine.Id, CancellationToken.None));
        Assert.Null(await service.Videos.FindFile("you", mine.Id, VideoFile.Video, CancellationToken.None));
        Assert.Null(await service.Videos.Delete("you", mine.Id, CancellationToken.None));
        Assert.Empty((await service.Videos.List("you", null, 10, true, [], CancellationToken.None)).Videos);
        await foreach (VideoEvent happened in service.Videos.Watch("you", mine.Id, CancellationToken.None))
            Assert.Fail($"{happened}");
        Assert.NotNull(await service.Videos.Find("me", mine.Id, CancellationToken.None));
    }

    [Fact]
    public async Task CancellingFreesTheCardsForTheNextOne()
    {
        await using TestCluster cluster = await TestCluster.Start(2);
        await cluster.Cards(2);
        await using TestService service = await TestService.Start(cluster, TestService.OptionsOf(cluster, new FakeSettings { StepMilliseconds = 300 }));
        Contracts.Videos.Video first = await service.Videos.Submit(TestService.Order(cards: 2), CancellationToken.None);
        Contracts.Videos.Video second = await service.Videos.Submit(TestService.Order("the next"), CancellationToken.None);
        Contracts.Videos.Video waiting = await service.Videos.Submit(TestService.Order("never begun"), CancellationToken.None);
        await service.Until(first, video => video is { Stage: "denoise", Step: > 0 });
        Assert.NotNull((await service.Videos.Find("me", second.Id, CancellationToken.None))!.QueuePosition);
        foreach (Contracts.Videos.Video unwanted in new[] { waiting, first })
            Assert.Equal(VideoStatus.Cancelled, (await service.Videos.Cancel("me", unwanted.Id, CancellationToken.None))!.Status);
        await service.Completed(second);
        Assert.Equal([VideoStatus.Cancelled, VideoStatus.Completed, VideoStatus.Cancelled], (await service.Videos.List("me", null, 10, false, [], CancellationToken.None)).Videos.Select(video => video.Status));
        await NoJobs(cluster);
    }

    [Fact]
    public async Task CancellingAtAnyMomentEndsIt()
    {
        await using TestCluster cluster = await TestCluster.Start(1);
        await cluster.Cards(1);
        await using TestService service = await TestService.Start(cluster, TestService.OptionsOf(cluster));
        for (int moment = 0; moment < 25; moment += Thorough.IsAsked ? 1 : 3)
        {
            Contracts.Videos.Video asked = await service.Videos.Submit(TestService.Order(), CancellationToken.None);
            await Task.Delay(moment * 12);
            if (moment % 2 == 0)
            {
                Contracts.Videos.Video? over = await service.Videos.Cancel("me", asked.Id, CancellationToken.None);
                Assert.True(over is { IsOver: true }, $"{over?.Status} after {moment}");
            }
            else
            {
                Assert.Equal(asked.Id, (await service.Videos.Delete("me", asked.Id, CancellationToken.None))!.Id);
                Assert.Null(await service.Videos.Find("me", asked.Id, CancellationToken.None));
            }
        }
        await service.Completed(await service.Videos.Submit(TestService.Order(), CancellationToken.None));
        await NoJobs(cluster);
    }

    [Fact]
    public async Task DeletingWhatIsOverLeavesNothing()
    {
        await using TestCluster cluster = await TestCluster.Start(1);
        await using TestService service = await TestService.Start(cluster, TestService.OptionsOf(cluster));
        Contracts.Videos.Video made = await service.Completed(await service.Videos.Submit(TestService.Order(), CancellationToken.None));
        Assert.Equal(made.Id, (await service.Videos.Delete("me", made.Id, CancellationToken.None))!.Id);
        Assert.Null(await service.Videos.Find("me", made.Id, CancellationToken.None));
        Assert.Null(await service.Videos.Delete("me", made.Id, CancellationToken.None));
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(cluster.Folder, "service", "videos")));
    }

    /// <summary>Also what is being made: its cards are free, and those who watch are not left waiting.</summary>
    [Fact]
    public async Task DeletingWhatIsBeingMadeLeavesNothing()
    {
        await using TestCluster cluster = await TestCluster.Start(1);
        await using TestService service = await TestService.Start(cluster, TestService.OptionsOf(cluster, new FakeSettings { StepMilliseconds = 200 }));
        Contracts.Videos.Video asked = await service.Videos.Submit(TestService.Order(), CancellationToken.None);
        await service.Until(asked, video => video is { Stage: "denoise", Step: > 0 });
        Assert.Equal(VideoStatus.InProgress, (await service.Videos.Delete("me", asked.Id, CancellationToken.None))!.Status);
        Assert.Empty((await service.Videos.List("me", null, 10, true, [], CancellationToken.None)).Videos);
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(cluster.Folder, "service", "videos")));
        await service.Completed(await service.Videos.Submit(TestService.Order(), CancellationToken.None));
        await NoJobs(cluster);
    }

    [Fact]
    public async Task ListsAreOfAStatusAndGoOnBehindWhatIsGone()
    {
        await using TestCluster cluster = await TestCluster.Start(1);
        await using TestService service = await TestService.Start(cluster, TestService.OptionsOf(cluster));
        List<string> made = [];
        for (int i = 0; i < 3; i++)
            made.Add((await service.Completed(await service.Videos.Submit(TestService.Order($"number {i}"), CancellationToken.None))).Id);
        await service.Videos.Delete("me", made[1], CancellationToken.None);
        Assert.Equal([made[2]], await Ids(made[1], newestFirst: false));
        Assert.Equal([made[0]], await Ids(made[1], newestFirst: true));
        Assert.Equal([made[0], made[2]], await Ids(null, false, VideoStatus.Completed));
        Assert.Empty(await Ids(null, false, VideoStatus.Queued, VideoStatus.InProgress, VideoStatus.Failed));

        async Task<IEnumerable<string>> Ids(string? after, bool newestFirst, params VideoStatus[] statuses) =>
            (await service.Videos.List("me", after, 10, newestFirst, statuses, CancellationToken.None)).Videos.Select(video => video.Id);
    }

    [Fact]
    public async Task PagesGoThroughAll()
    {
        await using TestCluster cluster = await TestCluster.Start(0);
        await using TestService service = await TestService.Start(cluster, TestService.OptionsOf(cluster));
        List<string> asked = [];
        for (int i = 0; i < 7; i++)
            asked.Add((await service.Videos.Submit(TestService.Order($"number {i}"), CancellationToken.None)).Id);
        foreach (bool newestFirst in new[] { true, false })
        {
            List<string> seen = [];
            VideoPage page;
            do
            {
                page = await service.Videos.List("me", seen.LastOrDefault(), 3, newestFirst, [], CancellationToken.None);
                seen.AddRange(page.Videos.Select(video => video.Id));
            }
            while (page.HasMore);
            Assert.Equal(newestFirst ? asked.AsEnumerable().Reverse() : asked, seen);
        }
        await Assert.ThrowsAsync<InputException>(() => service.Videos.List("me", "video_none", 3, true, [], CancellationToken.None));
        await Assert.ThrowsAsync<InputException>(() => service.Videos.List("me", null, 0, true, [], CancellationToken.None));
        Assert.Equal([0, 1, 2], (await service.Videos.List("me", null, 3, false, [], CancellationToken.None)).Videos.Select(video => video.QueuePosition!.Value));
    }

    [Fact]
    public async Task AFullQueueSaysWhenToAskAgain()
    {
        await using TestCluster cluster = await TestCluster.Start(0);
        await using TestService service = await TestService.Start(cluster, TestService.OptionsOf(cluster, scheduling: new SchedulerOptions { MostWaiting = 3, MostWaitingOfOwner = 2 }));
        await service.Videos.Submit(TestService.Order(), CancellationToken.None);
        VideoOrder second = TestService.Order() with { IdempotencyKey = "second" };
        await service.Videos.Submit(second, CancellationToken.None);
        QueueFullException full = await Assert.ThrowsAsync<QueueFullException>(() => service.Videos.Submit(TestService.Order(), CancellationToken.None));
        Assert.InRange(full.RetryAfter, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        // Asked for before, so it is not a new one.
        await service.Videos.Submit(second, CancellationToken.None);
        await service.Videos.Submit(TestService.Order() with { Owner = "another" }, CancellationToken.None);
        await Assert.ThrowsAsync<QueueFullException>(() => service.Videos.Submit(TestService.Order() with { Owner = "a third" }, CancellationToken.None));
    }

    [Fact]
    public async Task WhatAServiceDoesNotDoIsRefusedAndLeavesNothing()
    {
        await using TestCluster cluster = await TestCluster.Start(0);
        await using TestService service = await TestService.Start(cluster, TestService.OptionsOf(cluster));
        VideoOrder order = TestService.Order();
        GenerationRequest request = order.Request;
        foreach ((string what, VideoOrder refused) in new[]
        {
            ("two prompts", order with { Request = request with { Prompts = ["one", "two"] } }),
            ("reference in the prompt", order with { Request = request with { Prompts = ["a cat{\"reference_path\": \"/etc/passwd\"}"] } }),
            ("a file of the silo", order with { Request = request with { LatentNoise = "/etc/passwd" } }),
            ("too many cards", order with { Request = request with { Cards = 31 } }),
            ("no steps", order with { Request = request with { NumSamplingSteps = 0 } }),
            ("an empty prompt", order with { Request = request with { Prompts = [" "] } }),
            ("a mask without numbers", order with { Request = request with { MaskStrategies = ["x"] } }),
            ("a clip too short to go on from", order with { Request = request with { NumFrames = "17", Loop = 2 } }),
            ("an empty key", order with { IdempotencyKey = "" }),
        })
        {
            Assert.True(await Record.ExceptionAsync(() => service.Videos.Submit(refused, CancellationToken.None)) is InputException, what);
            Assert.Empty((await service.Videos.List("me", null, 10, true, [], CancellationToken.None)).Videos);
            Assert.Empty(Directory.EnumerateDirectories(Path.Combine(cluster.Folder, "service", "videos")));
        }
    }

    [Fact]
    public async Task AReferenceStandsAtTheStart()
    {
        await using TestCluster cluster = await TestCluster.Start(1);
        await using TestService service = await TestService.Start(cluster, TestService.OptionsOf(cluster));
        byte[] png = [0x89, (byte)'P', (byte)'N', (byte)'G', 1, 2, 3];
        Contracts.Videos.Video made = await service.Completed(await service.Videos.Submit(TestService.Order() with { Reference = png }, CancellationToken.None));
        Assert.Equal(["0"], made.Request.MaskStrategies);
        Assert.EndsWith("reference.png", Assert.Single(made.Request.ReferencePaths));
        GenerationReport plain = (await service.Completed(await service.Videos.Submit(TestService.Order(), CancellationToken.None))).Report!;
        Assert.NotEqual(plain.Hashes, made.Report!.Hashes);
    }

    [Fact]
    public async Task OneThatLosesAllItsCardsAgainAndAgainFailsInWords()
    {
        // The card rests for longer than a job waits for one: else it comes back to the same job, which runs out of retries first.
        await using TestCluster cluster = await TestCluster.Start(1, TestCluster.Patient with { Rest = TimeSpan.FromSeconds(3), WaitForCard = TimeSpan.FromSeconds(0.5), MostQuickDeaths = 1000 });
        FakeSettings settings = new() { Faults = [.. Enumerable.Range(0, 40).Select(i => new Fault("", "load", -1, "before", "fail"))] };
        await using TestService service = await TestService.Start(cluster, TestService.OptionsOf(cluster, settings));
        Contracts.Videos.Video over = await service.Over(await service.Videos.Submit(TestService.Order(), CancellationToken.None));
        Assert.Equal(VideoStatus.Failed, over.Status);
        Assert.Equal("card_failure", over.Error!.Code);
        Assert.Contains("3 times", over.Error.Message);
        await NoJobs(cluster);
    }

    [Fact]
    public async Task WithoutACardItWaitsAndBeginsWhenOneComes()
    {
        await using TestCluster cluster = await TestCluster.Start(0, TestCluster.Patient with { WaitForCard = TimeSpan.FromSeconds(0.5) });
        FakeSettings dies = new() { Faults = [new Fault("only", "step", 3, "before", "kill")] };
        await using TestService service = await TestService.Start(cluster, TestService.OptionsOf(cluster, dies));
        Contracts.Videos.Video asked = await service.Videos.Submit(TestService.Order(), CancellationToken.None);
        await service.Until(asked, video => video is { Status: VideoStatus.Queued, WaitsFor: VideoWait.Card });
        using System.Diagnostics.Process only = cluster.StartCard("only");
        await service.Until(asked, video => video.Status == VideoStatus.InProgress);
        await service.Until(asked, video => video is { Status: VideoStatus.InProgress, WaitsFor: VideoWait.Card });
        await service.Until(asked, video => video is { Status: VideoStatus.Queued, WaitsFor: VideoWait.Card });
        using System.Diagnostics.Process another = cluster.StartCard("another");
        Contracts.Videos.Video made = await service.Completed(asked);
        another.Kill();
    }

    [Fact]
    public async Task ASecondSiloGoesOnWhereTheFirstStopped()
    {
        await using TestCluster cluster = await TestCluster.Start(2);
        await cluster.Cards(2);
        GenerationHashes expected = (await cluster.Generate(cluster.Request("calm", 2))).Hashes;
        VideoServiceOptions options = TestService.OptionsOf(cluster, new FakeSettings { StepMilliseconds = 300 });
        Contracts.Videos.Video asked, waiting;
        await using (TestService first = await TestService.Start(cluster, options))
        {
            asked = await first.Videos.Submit(TestService.Order(cards: 2), CancellationToken.None);
            waiting = await first.Videos.Submit(TestService.Order(cards: 2), CancellationToken.None);
            await first.Until(asked, video => video is { Stage: "denoise", Step: 2 });
        }
        await using TestService second = await TestService.Start(cluster, options);
        List<int> steps = [];
        await foreach (VideoEvent happened in second.Videos.Watch("me", asked.Id, CancellationToken.None))
            if (happened is VideoChanged { Video: { Stage: "denoise" } video })
                steps.Add(video.Step);
        Assert.True(steps.Min() >= 2, $"began again at step {steps.Min()}");
        Assert.Equal(expected, (await second.Completed(asked)).Report!.Hashes);
        Assert.Equal(expected, (await second.Completed(waiting)).Report!.Hashes);
    }

    [Fact]
    public async Task AStoreKeepsItsNameAndNothingOfItsNaming()
    {
        await using TestCluster cluster = await TestCluster.Start(0);
        VideoServiceOptions options = TestService.OptionsOf(cluster);
        string file = Path.Combine(options.Store, "store.id"), name;
        await using (await TestService.Start(cluster, options))
            name = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync($"{file}.left.part", "");
        await using (await TestService.Start(cluster, options))
            Assert.Equal(name, await File.ReadAllTextAsync(file));
        Assert.Equal([file], Directory.GetFiles(options.Store, "store.*"));
    }

    /// <summary>A silo that dies between writing a request down and telling the queue loses nothing.</summary>
    [Fact]
    public async Task WhatTheQueueWasNotToldItFindsInTheStore()
    {
        await using TestCluster cluster = await TestCluster.Start(1);
        await cluster.Cards(1);
        VideoServiceOptions options = TestService.OptionsOf(cluster) with { Look = TimeSpan.FromSeconds(0.2) };
        await using TestService service = await TestService.Start(cluster, options);
        Contracts.Videos.Video known = await service.Completed(await service.Videos.Submit(TestService.Order(), CancellationToken.None));
        VideoRow like = (await service.Store.Find(known.Id, CancellationToken.None))!;
        Contracts.Videos.Video untold = like.Video with { Id = "video_untold", Status = VideoStatus.Queued, Report = null, StartedAt = null, CompletedAt = null, Progress = 0 };
        await service.Store.Add(new VideoRow { Video = untold, Fingerprint = "" }, CancellationToken.None);
        Assert.Equal(known.Report!.Hashes, (await service.Completed(untold)).Report!.Hashes);
    }

    /// <summary>What a later epoch began and did not end is gone on with: nothing waits for ever.</summary>
    [Fact]
    public async Task WhatALaterEpochLeftIsGoneOnWith()
    {
        await using TestCluster cluster = await TestCluster.Start(1);
        await cluster.Cards(1);
        VideoServiceOptions options = TestService.OptionsOf(cluster, new FakeSettings { StepMilliseconds = 200 }) with { Look = TimeSpan.FromSeconds(0.2) };
        await using TestService service = await TestService.Start(cluster, options);
        Contracts.Videos.Video asked = await service.Videos.Submit(TestService.Order(), CancellationToken.None);
        await service.Until(asked, video => video is { Stage: "denoise", Step: > 0 });
        VideoRow row = (await service.Store.Find(asked.Id, CancellationToken.None))!;
        await service.Store.Write(row with { Epoch = row.Epoch + 1 }, CancellationToken.None);
        await service.Completed(asked);
        Assert.Equal(row.Epoch + 2, (await service.Store.Find(asked.Id, CancellationToken.None))!.Epoch);
    }

    [Fact]
    public async Task AStaleSiloNeitherChangesNorEndsWhatALaterOneMakes()
    {
        await using TestCluster cluster = await TestCluster.Start(2);
        await cluster.Cards(2);
        VideoServiceOptions options = TestService.OptionsOf(cluster, new FakeSettings { StepMilliseconds = 400 }) with { Look = TimeSpan.FromHours(1) };
        await using TestService stale = await TestService.Start(cluster, options);
        Contracts.Videos.Video asked = await stale.Videos.Submit(TestService.Order(cards: 1), CancellationToken.None);
        await stale.Until(asked, video => video is { Stage: "denoise", Step: 1 });
        // Another activation of the same video begins a later epoch.
        VideoRow row = (await stale.Store.Find(asked.Id, CancellationToken.None))!;
        VideoRow later = await stale.Store.Write(row with { Epoch = row.Epoch + 1 }, CancellationToken.None);
        await Assert.ThrowsAsync<Orleans.Storage.InconsistentStateException>(() => stale.Store.Write(row, CancellationToken.None));
        while (Directory.EnumerateDirectories(Path.Combine(cluster.Folder, "service", "jobs")).Any(folder => IsHeld(folder)))
            await Task.Delay(50);
        VideoRow now = (await stale.Store.Find(asked.Id, CancellationToken.None))!;
        Assert.Equal((later.Version, VideoStatus.InProgress), (now.Version, now.Video.Status));
        Assert.Null(now.Video.Report);
    }

    /// <summary>What was kept of a job goes a moment after its video is known to be over.</summary>
    private static async Task NoJobs(TestCluster cluster)
    {
        string jobs = Path.Combine(cluster.Folder, "service", "jobs");
        for (int i = 0; i < 100 && Directory.EnumerateDirectories(jobs).Any(); i++)
            await Task.Delay(50);
        Assert.Empty(Directory.EnumerateDirectories(jobs));
    }

    private static bool IsHeld(string folder)
    {
        try
        {
            using FileStream held = new(Path.Combine(folder, "lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
