using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using OpenSora.Contracts;
using OpenSora.Video.Writing;

namespace OpenSora.Video.Reading;

/// <summary>
/// References that are URLs: fetched once, to a folder, as in the original. A file's name has the last part of the address's path, and
/// before it a piece of the address's hash: two addresses never share a file.
/// </summary>
public sealed partial class ReferenceDownload : IDisposable
{
    private const int HashLength = 8;

    private readonly ConcurrentDictionary<string, string> _fetched = [];
    private readonly HttpClient _client = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly string _folder;
    private readonly long _limitBytes;
    private readonly TimeSpan _timeout;

    /// <param name="folder">Where files go; made when missing. Default: <c>./cache</c>.</param>
    /// <param name="limitBytes">Largest file. Default: 1 GiB.</param>
    /// <param name="timeout">For one whole file. Default: 10 minutes.</param>
    public ReferenceDownload(string folder = "./cache", long limitBytes = 1L << 30, TimeSpan? timeout = null) =>
        (_folder, _limitBytes, _timeout) = (folder, limitBytes, timeout ?? TimeSpan.FromMinutes(10));

    /// <summary>Whether a reference is a URL (http, https, ftp, ftps) rather than a path.</summary>
    public static bool IsUrl(string reference) => Url().IsMatch(reference);

    /// <summary>Fetches the file, even if it is there from before, unless this object has done so.</summary>
    /// <returns>The path of the complete file.</returns>
    /// <exception cref="InputException">ftp, a server's refusal, no answer in time, or too large a file.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public string Fetch(string url, CancellationToken cancel = default)
    {
        if (_fetched.TryGetValue(url, out string? known) && File.Exists(known))
            return known;
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? address))
            throw new InputException($"reference {url} is not a well-formed URL");
        if (address.Scheme is not ("http" or "https"))
            throw new InputException($"reference {url} cannot be fetched over {address.Scheme}: give http or https, or fetch it yourself and give its path");
        string path = Path.Combine(_folder, SafeName(address));
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(_timeout);
        try
        {
            // The callers of the tensor path are synchronous; only here is something awaited.
            FetchAsync(address, path, deadline.Token).GetAwaiter().GetResult();
            return _fetched[url] = path;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new InputException($"reference {url} did not arrive within {_timeout.TotalSeconds:0} s: fetch it yourself and give its path");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw new InputException($"reference {url} could not be fetched: {failure.Message}", failure);
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task FetchAsync(Uri address, string path, CancellationToken cancel)
    {
        using HttpResponseMessage response = await _client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancel).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        if (response.Content.Headers.ContentLength > _limitBytes)
            throw TooLarge(address);
        using PartialFile file = new(path);
        using (Stream body = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false))
        using (FileStream target = File.Create(file.TemporaryPath))
            await Copy(body, target, address, cancel).ConfigureAwait(false);
        file.Commit();
    }

    /// <summary>A server need not say how long its answer is, so the bytes are counted.</summary>
    private async Task Copy(Stream body, FileStream target, Uri address, CancellationToken cancel)
    {
        byte[] buffer = new byte[1 << 16];
        long total = 0;
        for (int read; (read = await body.ReadAsync(buffer, cancel).ConfigureAwait(false)) > 0;)
        {
            if ((total += read) > _limitBytes)
                throw TooLarge(address);
            await target.WriteAsync(buffer.AsMemory(0, read), cancel).ConfigureAwait(false);
        }
    }

    /// <summary>The last part of the path, without anything that a file system or a command line could take amiss.</summary>
    private static string SafeName(Uri address) =>
        $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address.AbsoluteUri)))[..HashLength]}-{Unsafe().Replace(Uri.UnescapeDataString(address.Segments[^1]), "_")}";

    private InputException TooLarge(Uri address) => new($"reference {address} is larger than {_limitBytes} bytes: fetch a smaller one and give its path");

    [GeneratedRegex(@"^(https?|ftps?)://\S+$", RegexOptions.IgnoreCase)]
    private static partial Regex Url();

    [GeneratedRegex("[^A-Za-z0-9._-]")]
    private static partial Regex Unsafe();
}
