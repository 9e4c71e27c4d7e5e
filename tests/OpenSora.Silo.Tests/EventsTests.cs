using OpenSora.FakeCard;
using OpenSora.Silo.Tests.Page;

namespace OpenSora.Silo.Tests;

/// <summary>What those who watch a video are told, and what is said of them.</summary>
[Collection(CalmSilo.Name)]
public sealed class EventsTests(CalmSilo calm)
{
    [Fact]
    public async Task ThoseWhoLeaveCauseNoLogLine()
    {
        SiloProgram silo = calm.Silo;
        int said = silo.Said.Length;
        silo.CloseGate();
        string id = await silo.Submit();
        await silo.Until(id, video => (int?)video["step"] == 1);
        for (int watchers = 0; watchers < 5; watchers++)
        {
            using HttpResponseMessage events = await silo.Client.GetAsync($"/v1/videos/{id}/events", HttpCompletionOption.ResponseHeadersRead);
            using StreamReader lines = new(await events.Content.ReadAsStreamAsync());
            Assert.StartsWith("event: ", await lines.ReadLineAsync());
        }
        silo.OpenGate();
        await silo.Completed(id);
        // A machine that is busy is told of as a warning.
        Assert.DoesNotContain(silo.Said[said..].Split('\n'), line => line.StartsWith("fail:", StringComparison.Ordinal) || line.StartsWith("crit:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ALostCardIsToldOnThePageAndInTheEvents()
    {
        await using SiloProgram silo = await SiloProgram.Start(new SiloStart { Cards = 2, Settings = new FakeSettings { Gate = SiloProgram.Gate, Faults = [new Fault("card-1", "step", 3, "before", "kill")] } });
        await silo.UntilCards(2);
        string id = await silo.Submit();
        await using Browser browser = await Browser.Open(silo.Client.BaseAddress!);
        await silo.Until(id, video => (int?)video["step"] == 1);
        await browser.Until("document.querySelector('#queue img')?.naturalWidth === 3"); // it follows the events
        using HttpResponseMessage events = await silo.Client.GetAsync($"/v1/videos/{id}/events", HttpCompletionOption.ResponseHeadersRead);
        silo.OpenGate();
        await browser.Until("document.querySelector('.notice')?.textContent.includes('card-1 is lost')");
        string told = await events.Content.ReadAsStringAsync();
        Assert.Contains($"event: notice\ndata: {{\"id\":\"{id}\",\"message\":\"card-1 is lost while in denoise", told);
        Assert.Contains("event: end", told);
        await silo.Completed(id);
        Assert.NotEmpty(await browser.Screenshot());
        await Task.Delay(TimeSpan.FromSeconds(4)); // what is said of the lost card is said by then
        Assert.DoesNotContain("Failed to address", silo.Said);
    }
}
