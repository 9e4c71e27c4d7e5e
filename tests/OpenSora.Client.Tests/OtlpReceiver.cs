using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace OpenSora.Client.Tests;

/// <summary>A span as it came.</summary>
/// <param name="Service">service.name of its resource.</param>
/// <param name="Parent">Hexadecimal; empty for a root.</param>
internal sealed record ReceivedSpan(string Service, string Trace, string Id, string Parent, string Name);

/// <summary>Takes OTLP over HTTP in protobuf (opentelemetry-proto, trace/v1 and collector/trace/v1), and answers that all is well.</summary>
internal sealed class OtlpReceiver : IDisposable
{
    private readonly HttpListener _listener = new();

    public OtlpReceiver(int port)
    {
        Address = $"http://127.0.0.1:{port}";
        _listener.Prefixes.Add(Address + "/");
        _listener.Start();
        _ = Task.Run(Receive);
    }

    public string Address { get; }

    /// <summary>Paths and bodies of all requests.</summary>
    public ConcurrentQueue<(string Path, byte[] Body)> Requests { get; } = [];

    public IReadOnlyList<ReceivedSpan> Spans => [.. Requests.Where(request => request.Path == "/v1/traces").SelectMany(request => Read(request.Body))];

    /// <summary>All that came as text, for what must not be in it.</summary>
    public string Text => TextOf("/");

    /// <summary>What came to the paths that begin so, as text.</summary>
    public string TextOf(string path) => string.Concat(
        Requests.Where(request => request.Path.StartsWith(path, StringComparison.Ordinal)).Select(request => Encoding.Latin1.GetString(request.Body)));

    public void Dispose() => _listener.Close();

    private async Task Receive()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            using MemoryStream body = new();
            await context.Request.InputStream.CopyToAsync(body);
            Requests.Enqueue((context.Request.Url!.AbsolutePath, body.ToArray()));
            context.Response.ContentType = "application/x-protobuf";
            context.Response.Close();
        }
    }

    private static IEnumerable<ReceivedSpan> Read(byte[] request)
    {
        foreach (ReadOnlyMemory<byte> resourceSpans in Fields(request, 1))
        {
            string service = Fields(Fields(resourceSpans, 1).Single(), 1)
                .Where(attribute => Words(attribute, 1) == "service.name").Select(attribute => Words(Fields(attribute, 2).Single(), 1)).Single();
            foreach (ReadOnlyMemory<byte> span in Fields(resourceSpans, 2).SelectMany(scope => Fields(scope, 2)))
                yield return new ReceivedSpan(service, Hex(span, 1), Hex(span, 2), Hex(span, 4), Words(span, 5));
        }
    }

    private static string Words(ReadOnlyMemory<byte> message, int field) => Encoding.UTF8.GetString(Fields(message, field).SingleOrDefault().Span);

    private static string Hex(ReadOnlyMemory<byte> message, int field) => Convert.ToHexStringLower(Fields(message, field).SingleOrDefault().Span);

    /// <summary>The length-delimited fields of a number, in order; the others are passed over.</summary>
    private static List<ReadOnlyMemory<byte>> Fields(ReadOnlyMemory<byte> message, int number)
    {
        List<ReadOnlyMemory<byte>> found = [];
        for (int at = 0; at < message.Length;)
        {
            ulong key = Varint(message.Span, ref at);
            int length = (key & 7) switch
            {
                0 => Skip(message.Span, ref at),
                1 => 8,
                2 => (int)Varint(message.Span, ref at),
                5 => 4,
                var other => throw new InvalidDataException($"wire type {other}"),
            };
            if ((key & 7) == 2 && (int)(key >> 3) == number)
                found.Add(message.Slice(at, length));
            at += length;
        }
        return found;
    }

    private static int Skip(ReadOnlySpan<byte> bytes, ref int at)
    {
        Varint(bytes, ref at);
        return 0;
    }

    private static ulong Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = bytes[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
    }
}
