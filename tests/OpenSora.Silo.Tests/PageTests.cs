using OpenSora.FakeCard;

namespace OpenSora.Silo.Tests;

/// <summary>The page as a user sees it, in headless Chromium.</summary>
public sealed class PageTests
{
    private const string Prompt = "a fake <b>circle</b>";

    [Fact]
    public async Task SubmitProgressPlay()
    {
        await using SiloProgram silo = await SiloProgram.Start(new SiloStart { Settings = new FakeSettings { Gate = "go" } });
        await using Browser browser = await Browser.Open(silo.Client.BaseAddress!);
        await browser.Until("document.getElementById('health')?.textContent === 'ready'");
        await browser.Until("document.querySelector('#cards tr')?.innerText.includes('card-0')");
        await Fill(browser, Prompt);
        await browser.Until("/denoise: 1 of 5/.test(document.querySelector('#queue .state')?.textContent)");
        await browser.Until("document.querySelector('#queue img')?.naturalWidth === 3");
        await browser.Until("document.querySelector('#cards tr').innerText.includes('video_')");
        Assert.Equal(Prompt, (string?)await browser.Evaluate("document.querySelector('#queue .prompt').textContent"));
        await File.WriteAllTextAsync(Path.Combine(silo.Store, "marks", "go"), "");
        await browser.Until("document.querySelector('#gallery video')?.readyState >= 2");
        await browser.Evaluate("document.querySelector('#gallery video').play()");
        await browser.Until("document.querySelector('#gallery video').currentTime > 0.2");
        Assert.Equal(24, (int?)await browser.Evaluate("document.querySelector('#gallery video').videoWidth"));
        Assert.Equal(0, (int?)await browser.Evaluate("document.querySelectorAll('#queue li').length"));
        Assert.NotEmpty(await browser.Screenshot());
    }

    [Fact]
    public async Task CancelRemoveAndRefusals()
    {
        await using SiloProgram silo = await SiloProgram.Start(new SiloStart { Settings = new FakeSettings { StepMilliseconds = 5000 } });
        await using Browser browser = await Browser.Open(silo.Client.BaseAddress!);
        await browser.Until("document.getElementById('health')?.textContent === 'ready'");
        await Fill(browser, Prompt);
        await browser.Until("document.querySelector('#queue .remove')?.textContent === 'Cancel'");
        await browser.Evaluate("document.querySelector('#queue .remove').click()");
        await browser.Until("document.querySelector('#gallery .state')?.textContent === 'cancelled'");
        await browser.Evaluate("document.querySelector('#gallery .remove').click()");
        await browser.Until("document.querySelectorAll('#gallery li').length === 0");

        // Removed by somebody else.
        await Fill(browser, Prompt);
        await browser.Until("document.querySelectorAll('#queue li').length === 1");
        string id = (string)(await browser.Evaluate("document.querySelector('#queue li').id"))!;
        (await silo.Client.PostAsync($"/v1/videos/{id}/cancel", null)).EnsureSuccessStatusCode();
        await browser.Until("document.querySelector('#gallery .state')?.textContent === 'cancelled'");
        (await silo.Client.DeleteAsync($"/v1/videos/{id}")).EnsureSuccessStatusCode();
        await browser.Until("document.querySelectorAll('li').length === 0");

        await browser.Evaluate("document.querySelector('[name=cards]').value = 1000");
        await Fill(browser, Prompt);
        await browser.Until("document.getElementById('refusal').textContent.includes('cards')");
    }

    [Fact]
    public async Task ATokenIsAskedForOnce()
    {
        const string token = "a-token-of-these-tests";
        await using SiloProgram silo = await SiloProgram.Start(new SiloStart { Environment = new Dictionary<string, string> { ["OPENSORA_TOKEN"] = token } });
        await using Browser browser = await Browser.Open(silo.Client.BaseAddress!);
        await browser.Until("document.getElementById('login')?.open");
        await browser.Evaluate("document.querySelector('[name=token]').value = 'wrong'; document.querySelector('#login button').click()");
        await browser.Until("document.getElementById('login').open");
        await browser.Evaluate($"document.querySelector('[name=token]').value = '{token}'; document.querySelector('#login button').click()");
        await browser.Until("document.querySelector('#cards tr')?.innerText.includes('card-0')");
        Assert.False((bool?)await browser.Evaluate("document.getElementById('login').open"));
    }

    private static Task Fill(Browser browser, string prompt) => browser.Evaluate($$"""
        {
            const form = document.getElementById('submit').elements;
            form.prompt.value = {{System.Text.Json.JsonSerializer.Serialize(prompt)}};
            form.size.value = '24x16';
            form.num_frames.value = 51;
            form.num_sampling_steps.value = 5;
            document.querySelector('#submit button').click();
        }
        """);
}
