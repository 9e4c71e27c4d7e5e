using System.Text.Json;
using System.Text.Json.Nodes;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Videos;

namespace OpenSora.Silo.Tests.Page;

/// <summary>Videos that are over, and what can be done with them.</summary>
public sealed class GalleryTests(OpenPage page) : IClassFixture<OpenPage>
{
    /// <summary>A request without a single usual value.</summary>
    private static readonly GenerationRequest Unusual = new()
    {
        Prompts = ["a fake"],
        Resolution = "360p",
        AspectRatio = "3:4",
        NumFrames = "4s",
        FrameTable = "enflame",
        NumSamplingSteps = 7,
        CfgScale = 3.5,
        Cache = "pab",
        Seed = 9,
        Fps = 30,
        SaveFps = 12,
        Loop = 2,
        ConditionFrameLength = 10,
        Align = 10,
        MaskStrategies = ["0"],
        ReferenceBackground = "white",
        AllowEmptyPrompt = true,
        MultiResolution = "OpenSora",
        Aes = null,
        Flow = 2.5,
        CameraMotion = "pan left",
        Dtype = "fp32",
        ModelMaxLength = 200,
        MicroBatchSize = 2,
        MicroFrameSize = 13,
        QkNorm = false,
        Crf = 30,
        TextEncoderCard = true,
        Cards = 3,
    };

    [Theory]
    [InlineData("Again")]
    [InlineData("Vary")]
    public async Task AVideoIsAskedForAgainWithAllItsSettings(string button)
    {
        Contracts.Videos.Video first = null!;
        await page.Open(videos =>
        {
            first = videos.Submit(new VideoOrder { Owner = "", Request = Unusual, Priority = VideoPriority.High, Reference = PageHost.Picture }, CancellationToken.None).Result;
            videos.Orders.Clear();
            videos.Put(first with { Status = VideoStatus.Completed });
        });
        await page.Press(first.Id, button);
        if (button == "Vary")
        {
            await page.Browser.Until("document.querySelector('#reference img')?.naturalWidth === 1");
            Assert.Contains("“a fake”", await page.TextOf("#base"));
            await page.Fill(new { prompt = "another" });
            await page.Generate();
        }
        VideoOrder order = await page.Order();
        GenerationRequest expected = button == "Vary" ? Unusual with { Prompts = ["another"] } : Unusual with { Seed = order.Request.Seed };
        Assert.Equal(JsonSerializer.Serialize(expected), JsonSerializer.Serialize(order.Request));
        Assert.Equal(VideoPriority.High, order.Priority);
        Assert.Equal(PageHost.Picture, order.Reference!.Value.ToArray());
        Assert.Equal(button == "Vary", order.Request.Seed == Unusual.Seed);
    }

    [Fact]
    public async Task AVideoIsPlayedAndDownloaded()
    {
        Contracts.Videos.Video video = null!;
        await page.Open(videos => video = videos.Add(VideoStatus.Completed));
        await page.Browser.Until("document.querySelector('#gallery .play img')?.naturalWidth === 1");
        Assert.All(page.Videos.Sent, sent => Assert.True(sent.IsThumbnail));
        await page.Browser.Click("#gallery .play");
        await page.Browser.Until("document.querySelector('#gallery .picture > img')?.alt === 'a fake'");
        await page.Browser.Evaluate("HTMLAnchorElement.prototype.click = function () { window.saved = { name: this.download, href: this.href }; }");
        await page.Press(video.Id, "Download");
        await page.Browser.Until("window.saved");
        Assert.Equal($"a-fake-{video.Id[^6..]}.png", (string?)await page.Browser.Evaluate("saved.name"));
        Assert.Equal(1, (int?)await page.Browser.Evaluate("new Promise(done => { const file = new Image(); file.onload = () => done(file.naturalWidth); file.src = saved.href; })"));
    }

    [Fact]
    public async Task OlderOnesComeWithScrollingAndTheirFilesOnDemand()
    {
        await page.Open(videos =>
        {
            for (int i = 0; i < 60; i++)
                videos.Add(VideoStatus.Completed);
        });
        await page.UntilCount("#gallery li", 24);
        await page.Browser.Until("(scrollTo(0, document.body.scrollHeight), document.querySelectorAll('#gallery li').length === 60)");
        string[] ids = [.. ((JsonArray)(await page.Browser.Evaluate("[...document.querySelectorAll('#gallery li')].map(item => item.id)"))!).Select(id => (string)id!)];
        Assert.Equal(ids.OrderDescending(StringComparer.Ordinal), ids);
        await page.Browser.Until("document.querySelector('#gallery li:last-child .play img')?.naturalWidth === 1");
        await page.Browser.Until("!document.querySelector('#gallery li:first-child .play')"); // out of sight, it takes no memory
        Assert.All(page.Videos.Sent, sent => Assert.True(sent.IsThumbnail));
    }

    [Fact]
    public async Task WhatHappensElsewhereIsSeen()
    {
        Contracts.Videos.Video[] three = [];
        await page.Open(videos => three = [videos.Add(VideoStatus.Completed), videos.Add(VideoStatus.Completed), videos.Add(VideoStatus.Queued)]);
        await page.UntilCount("#gallery li", 2);
        await page.UntilCount("#queue li", 1);
        await page.Videos.Delete("", three[0].Id, CancellationToken.None);
        await page.UntilCount("#gallery li", 1);
        Contracts.Videos.Video fourth = page.Videos.Add(VideoStatus.Queued);
        await page.UntilCount("#queue li", 2);

        // While nobody told the page.
        page.Videos.LetGo();
        page.Videos.Lose(three[1].Id);
        page.Videos.Lose(three[2].Id);
        await page.UntilCount("#gallery li", 0);
        await page.Browser.Until($"document.querySelectorAll('#queue li').length === 1 && document.getElementById('{fourth.Id}')");
    }

    [Fact]
    public async Task TheSettingsOfAVideoHaveAnAddress()
    {
        Contracts.Videos.Video video = null!;
        await page.Open(videos => video = videos.Add(VideoStatus.Completed, made => made with { Request = made.Request with { Seed = 123456 } }));
        await page.Press(video.Id, "Settings");
        await page.Browser.Until("document.getElementById('settings').open");
        await page.Browser.Go(new Uri(page.Host.Address, $"/?linked#{video.Id}"));
        await page.Browser.Until("/seed\\s*123456/.test(document.getElementById('settings')?.innerText)");
        await page.Browser.Escape();
        await page.Browser.Until("!document.getElementById('settings').open && location.hash === ''");
    }

    [Theory]
    [InlineData(375)]
    [InlineData(768)]
    [InlineData(1440)]
    public async Task NothingIsWiderThanThePage(int width)
    {
        await page.Open(videos =>
        {
            string endless = string.Concat(Enumerable.Repeat("endless", 30));
            foreach (VideoStatus status in Enum.GetValues<VideoStatus>())
                videos.Add(status, video => video with
                {
                    Request = video.Request with { Prompts = [endless] },
                    Error = status == VideoStatus.Failed ? new VideoError("card_failure", endless) : null,
                });
        });
        await page.Browser.Resize(width, 800);
        await page.Browser.Evaluate("for (const more of document.querySelectorAll('details')) more.open = true");
        await page.UntilCount("li .prompt", 5);
        Assert.Equal(0, (int?)await page.Browser.Evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"));
    }

    [Fact]
    public async Task AReferenceIsShownAndSent()
    {
        await page.Open();
        await page.Fill(new { prompt = "a fake" });
        await page.Browser.Evaluate($$"""
            {
                const chosen = new DataTransfer(), input = document.getElementById('order').elements.input_reference;
                chosen.items.add(new File([Uint8Array.from(atob('{{Convert.ToBase64String(PageHost.Picture)}}'), byte => byte.charCodeAt())], 'first.png', { type: 'image/png' }));
                input.files = chosen.files;
                input.dispatchEvent(new Event('change', { bubbles: true }));
            }
            """);
        await page.Browser.Until("document.querySelector('#reference img')?.naturalWidth === 1");
        await page.Generate();
        Assert.Equal(PageHost.Picture, (await page.Order()).Reference!.Value.ToArray());
        await page.Browser.Click("#reference button");
        await page.Browser.Until("document.getElementById('reference').hidden");
    }
}
