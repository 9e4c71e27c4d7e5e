using System.Text.Json;

namespace OpenSora.Silo.Tests.Page;

/// <summary>A page in a browser, for all tests of a class: each opens it anew, on videos of its own.</summary>
public sealed class OpenPage : IAsyncLifetime
{
    private int _opened;

    internal PageHost Host { get; private set; } = null!;

    internal Browser Browser { get; private set; } = null!;

    internal MadeUpVideos Videos => Host.Videos;

    public async Task InitializeAsync()
    {
        Host = await PageHost.Start();
        Browser = await Browser.Open(new Uri("about:blank"));
    }

    public async Task DisposeAsync()
    {
        await Browser.DisposeAsync();
        await Host.DisposeAsync();
    }

    /// <param name="begin">Says which videos there are.</param>
    internal async Task Open(Action<MadeUpVideos>? begin = null)
    {
        Videos.Clear();
        begin?.Invoke(Videos);
        await Browser.Resize(1100, 900);
        await Browser.Go(new Uri(Host.Address, $"/?{++_opened}"));
        await Browser.Until($"location.search === '?{_opened}' && document.getElementById('health')?.textContent === 'ready'");
    }

    /// <summary>Fills fields of the form.</summary>
    internal Task Fill(object fields) =>
        Browser.Evaluate($"for (const [name, value] of Object.entries({JsonSerializer.Serialize(fields)})) document.getElementById('order').elements[name].value = value");

    /// <summary>Presses a button of a video.</summary>
    internal async Task Press(string id, string button)
    {
        string found = $"[...document.querySelectorAll('#{id} .actions > *')].find(one => one.textContent === '{button}')";
        await Browser.Until(found);
        await Browser.Evaluate($"{found}.click()");
    }

    /// <summary>Presses Generate.</summary>
    internal Task Generate() => Browser.Click("#order .main");

    internal async Task<string> TextOf(string selector)
    {
        string found = $"document.querySelector({JsonSerializer.Serialize(selector)})";
        await Browser.Until(found);
        return (string)(await Browser.Evaluate($"{found}.textContent"))!;
    }

    /// <summary>Waits until so many elements are there.</summary>
    internal Task UntilCount(string selector, int count) => Browser.Until($"document.querySelectorAll({JsonSerializer.Serialize(selector)}).length === {count}");

    /// <summary>Waits for what was asked for.</summary>
    internal async Task<Contracts.Videos.VideoOrder> Order()
    {
        Contracts.Videos.VideoOrder? order = null;
        await SiloProgram.Until(() => Task.FromResult(Videos.Orders.TryDequeue(out order)), () => "nothing was asked for");
        return order!;
    }
}
