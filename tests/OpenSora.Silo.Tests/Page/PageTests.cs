using System.Text.Json.Nodes;
using OpenSora.Contracts.Videos;
using OpenSora.FakeCard;
using Xunit.Abstractions;

namespace OpenSora.Silo.Tests.Page;

/// <summary>The page as a user sees it, in headless Chromium.</summary>
public sealed class PageTests(OpenPage page, ITestOutputHelper output) : IClassFixture<OpenPage>
{
    private const string Prompt = "a fake <b>circle</b>";

    [Fact]
    public async Task SubmitProgressPlay()
    {
        await using SiloProgram silo = await SiloProgram.Start(new SiloStart { Settings = new FakeSettings { Gate = "go" } });
        Browser browser = page.Browser;
        await browser.Go(silo.Client.BaseAddress!);
        await browser.Until("document.getElementById('health')?.textContent === 'ready'");
        await browser.Until("document.querySelector('#cards li')?.innerText.includes('card-0')");
        await page.Fill(new { prompt = Prompt, num_frames = "51", num_sampling_steps = 5 });
        await browser.Click("[value=size]");
        await page.Fill(new { size = "24x16" });
        await page.Generate();
        await browser.Until("/: 1 of 5/.test(document.querySelector('#queue .state')?.textContent)");
        await browser.Until("document.querySelector('#queue img')?.naturalWidth === 3");
        await browser.Until("document.querySelector('#cards li').innerText.includes('works on “a fake')");
        Assert.Equal(Prompt, await page.TextOf("#queue .prompt"));
        await File.WriteAllTextAsync(Path.Combine(silo.Store, "marks", "go"), "");
        await browser.Until("document.querySelector('#gallery .play img')?.naturalWidth === 24");
        Assert.Equal("24 / 16", (string?)await browser.Evaluate("document.querySelector('#gallery .picture').style.aspectRatio"));
        await browser.Click("#gallery .play");
        await browser.Until("document.querySelector('#gallery video')?.currentTime > 0.2");
        Assert.Equal(24, (int?)await browser.Evaluate("document.querySelector('#gallery video').videoWidth"));
        Assert.Equal(0, (int?)await browser.Evaluate("document.querySelectorAll('#queue li').length"));
        Assert.NotEmpty(await browser.Screenshot());
    }

    [Fact]
    public async Task TwelveThatWaitAreFollowedOverOneConnection()
    {
        Contracts.Videos.Video[] twelve = [];
        await page.Open(videos => twelve = [.. Enumerable.Range(0, 12).Select(before => videos.Add(VideoStatus.Queued, video => video with { QueuePosition = before, SecondsLeft = 60 * (before + 1) }))]);
        await page.UntilCount("#queue li", 12);
        JsonArray states = (JsonArray)(await page.Browser.Evaluate("[...document.querySelectorAll('#queue .state')].map(state => state.textContent)"))!;
        Assert.Equal(["Next, about 60 s left", "Waits, 1 before it, about 2 min left"], states.Take(2).Select(state => (string?)state));
        Assert.Equal("Waits, 11 before it, about 12 min left", (string?)states[11]);
        Assert.Equal(1, page.Videos.Watchers);

        await page.Fill(new { prompt = Prompt });
        JsonNode? shown = await page.Browser.Evaluate("""
            new Promise(done => {
                const begin = performance.now(), change = new MutationObserver(() => { change.disconnect(); done(performance.now() - begin); });
                change.observe(document.getElementById('queue'), { childList: true });
                document.querySelector('#order .main').click();
            })
            """);
        output.WriteLine($"a submit shows after {shown} ms");
        await page.UntilCount("#queue li", 13);

        Contracts.Videos.Video begun = page.Videos.Put(twelve[5] with { Status = VideoStatus.InProgress, QueuePosition = null, Stage = "denoise", Step = 2, Steps = 5, Progress = 40, SecondsLeft = 84 });
        page.Videos.Tell(begun.Id, new VideoPreview(2, PageHost.Picture));
        page.Videos.Tell(begun.Id, new VideoNotice("card-1 is lost"));
        await page.Browser.Until($"document.querySelector('#queue li').id === '{begun.Id}'");
        await page.Browser.Until("document.querySelector('#queue img')?.naturalWidth === 1 && document.querySelector('#queue .notice').textContent === 'card-1 is lost'");
        Assert.Equal((40, "Denoises: 2 of 5, about 84 s left"), ((int)(await page.Browser.Evaluate("document.querySelector('#queue progress').value"))!, await page.TextOf("#queue .state")));
        page.Videos.Put(begun with { Status = VideoStatus.Completed, Stage = null });
        await page.UntilCount("#gallery li", 1);
        await page.UntilCount("#queue li", 12);
    }

    [Fact]
    public async Task WhatWasCancelledOrFailedIsAskedForAgain()
    {
        Contracts.Videos.Video waits = null!, failed = null!;
        await page.Open(videos =>
        {
            waits = videos.Add(VideoStatus.Queued);
            failed = videos.Add(VideoStatus.Failed, video => video with { Error = new VideoError("card_failure", "all cards were lost") });
        });
        await page.Press(waits.Id, "Cancel");
        await page.Browser.Until($"document.querySelector('#gallery #{waits.Id} .state')?.textContent === 'Cancelled'");
        await page.Press(waits.Id, "Again");
        Assert.NotEqual(waits.Request.Seed, (await page.Order()).Request.Seed);
        Assert.Equal("Failed: all cards were lost", await page.TextOf($"#{failed.Id} .state"));
        await page.Press(failed.Id, "Try again");
        Assert.Equal(failed.Request.Seed, (await page.Order()).Request.Seed);
        await page.UntilCount("#queue li", 2);
        await page.Press(failed.Id, "Delete");
        await page.UntilCount("#gallery li", 1);
        Assert.Null(await page.Videos.Find("", failed.Id, CancellationToken.None));
    }

    [Fact]
    public async Task WhatIsPausedIsResumed()
    {
        Contracts.Videos.Video works = null!;
        await page.Open(videos => works = videos.Add(VideoStatus.InProgress, video => video with { Stage = "denoise", Step = 2, Steps = 5 }));
        await page.Press(works.Id, "Pause");
        await page.Browser.Until($"document.querySelector('#queue #{works.Id} .state')?.textContent === 'Paused'");
        Assert.True((await page.Videos.Find("", works.Id, CancellationToken.None))!.IsPaused);
        await page.Press(works.Id, "Resume");
        await page.Browser.Until($"document.querySelector('#queue #{works.Id} .state')?.textContent === 'Waits'");
        Assert.False((await page.Videos.Find("", works.Id, CancellationToken.None))!.IsPaused);
    }

    [Fact]
    public async Task WhatIsMissingInARequestIsSaid()
    {
        await page.Open();
        await page.Fill(new { prompt = Prompt, aes = 1 });
        await page.Browser.Evaluate("document.getElementById('order').elements.seed.type = 'text'");
        await page.Fill(new { seed = "many" });
        await page.Generate();
        await page.Browser.Until("document.getElementById('refusal').textContent.includes('many')");
        Assert.Equal("seed true", (string?)await page.Browser.Evaluate("`${document.activeElement.name} ${document.activeElement.ariaInvalid}`"));
        await page.Fill(new { seed = "7" });
        await page.Generate();
        VideoOrder order = await page.Order();
        Assert.Equal("7 1 0", $"{order.Request.Seed} {order.Request.Aes} {order.Request.Cards}");
        await page.Browser.Until("document.getElementById('refusal').textContent === ''");
    }

    [Fact]
    public async Task PromptsAreRemembered()
    {
        await page.Open();
        await page.Browser.Evaluate("localStorage.clear()");
        await page.Fill(new { prompt = Prompt });
        await page.Browser.Evaluate("document.getElementById('order').elements.prompt.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true, bubbles: true }))");
        Assert.Equal(Prompt, Assert.Single((await page.Order()).Request.Prompts));
        await page.UntilCount("#history li", 1);
        await page.Open();
        await page.Browser.Click("#history li button");
        Assert.Equal(Prompt, (string?)await page.Browser.Evaluate("document.getElementById('order').elements.prompt.value"));
        await page.Browser.Click("#history > button");
        await page.UntilCount("#history li", 0);
    }

    [Fact]
    public async Task ATokenIsAskedForOnce()
    {
        const string token = "a-token-of-these-tests";
        await using PageHost host = await PageHost.Start(token);
        await page.Browser.Go(host.Address);
        await page.Browser.Until("document.getElementById('login')?.open");
        foreach (string given in new[] { "wrong", token })
        {
            await page.Browser.Evaluate($"document.querySelector('[name=token]').value = '{given}'; document.querySelector('#login button').click()");
            await page.Browser.Until(given == token ? "document.querySelector('#cards li')?.innerText.includes('card-0')" : "document.querySelector('#login .refusal').textContent");
        }
        Assert.False((bool?)await page.Browser.Evaluate("document.getElementById('login').open"));
    }
}
