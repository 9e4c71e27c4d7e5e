using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using OpenSora.Silo.Api;

namespace OpenSora.Silo.Tests.Requests;

/// <summary>Requests of all kinds, from fair ones to garbage: the same ones for the same seed.</summary>
internal sealed class RequestGenerator(int seed)
{
    private static readonly string[] Texts =
    [
        "", " ", "x", "a red circle", "null", "true", "-", "0", "-0", "+1", "1.5", "1e3", "1e400", "-1e400", "NaN", "Infinity", "0x10", "١٢", "1_000", "99999999999999999999", "٠",
        "\0", "a\0b", "\uFFFD", "�", "\uFEFF", "\u202E", "🎬", "ä", "'; DROP TABLE opensora_videos --", "../../etc/passwd", "{}", "[]", "{\"a\":1}", "|0| a |1| b", "|1| a", "a{\"mask_strategy\":\"0\"}", "a{\"reference_path\":\"/etc/passwd\"}", "{{{",
    ];

    private static readonly string[] Numbers = ["-2147483649", "-2147483648", "-1", "0", "1", "2", "3", "4", "5", "8", "10", "16", "17", "24", "32", "51", "64", "100", "240", "241", "300", "1000", "1001", "4096", "100000", "100001", "2147483647", "2147483648", "0.5", "6.5", "9223372036854775807", "-9223372036854775808"];

    private static readonly string[] Words =
    [
        "24x16", "64x64", "16x24", "8x8", "7x8", "0x0", "16385x8", "99999999999x1", "24X16", "240p", "144p", "4k", "9:16", "16:9", "1:1", "2s", "1x", "33s", "high", "low", "bf16", "fp16", "fp32", "opensora", "enflame", "STDiT2", "OpenSora",
        "none", "pab", "fb", "fb:0.1", "fb:2", "0", "0,0", "0,0,0,0,1,0.5", "0,1", "1,0,0,0,2", "0,0,-1,-1,1", "0,0,2147483647,0,1", "0,0,0,-2147483648,1", "x,y", "pan left", "opensora-1.2", "sora-2",
        "data:image/png;base64,AAAA", "data:,x", "data:image/png;base64,%%%", "http://169.254.169.254/", "file:///etc/passwd", "{\"image_url\":\"data:image/png;base64,AAAA\"}", "{\"file_id\":\"f\"}",
    ];

    private readonly Random _random = new(seed);

    public HttpRequestMessage Next() => _random.Next(20) switch
    {
        0 => Listing(),
        1 => Strange(),
        2 => new HttpRequestMessage(HttpMethod.Post, "/v1/videos") { Content = Bytes(Garbage()) },
        3 => new HttpRequestMessage(HttpMethod.Post, "/v1/videos") { Content = Bytes(Damaged(Encoding.UTF8.GetBytes(Json(Fields())))) },
        < 8 => With(new MultipartFormDataContent(), Fields()),
        _ => new HttpRequestMessage(HttpMethod.Post, "/v1/videos") { Content = Bytes(Encoding.UTF8.GetBytes(Json(Fields()))) },
    };

    private Dictionary<string, string> Fields()
    {
        Dictionary<string, string> fields = [];
        if (_random.Next(20) > 0)
            fields["prompt"] = _random.Next(4) == 0 ? Value() : "a red circle";
        // Most requests have a fair size, so that what else they have is looked at.
        if (_random.Next(3) > 0)
            (fields["size"], fields["num_frames"]) = ("24x16", _random.Next(2) == 0 ? "17" : "51");
        string[] names = [.. VideoFields.Names, .. RequestFields.References, .. RequestFields.Further, "input_reference[image_url]", "input_reference[file_id]", "save_dir", "colour"];
        for (int count = _random.Next(4); count > 0; count--)
        {
            string name = Of(names);
            fields[_random.Next(50) == 0 ? Value() : name] = _random.Next(2) == 0 && VideoFields.All.FirstOrDefault(field => field.Name == name)?.Schema is { } schema ? Near(schema) : Value();
        }
        return fields;
    }

    /// <summary>At the ends of a range, and just beyond; or one of the words.</summary>
    private string Near(Microsoft.OpenApi.OpenApiSchema schema)
    {
        if (schema.Enum is { Count: > 0 } words)
            return (string)words[_random.Next(words.Count)]!;
        if (!decimal.TryParse(_random.Next(2) == 0 ? schema.Minimum : schema.Maximum, CultureInfo.InvariantCulture, out decimal end))
            return Value();
        return (end + _random.Next(-1, 2)).ToString(CultureInfo.InvariantCulture);
    }

    private string Value() => _random.Next(3) switch { 0 => Of(Texts), 1 => Of(Numbers), _ => Of(Words) };

    /// <summary>Numbers and words of JSON now and then as such; objects where text is due; halves of characters.</summary>
    private string Json(Dictionary<string, string> fields)
    {
        StringBuilder json = new("{");
        foreach ((string name, string value) in fields)
        {
            string written = _random.Next(12) switch
            {
                0 => "null",
                1 => "[1]",
                2 => JsonSerializer.Serialize(new JsonObject { [_random.Next(2) == 0 ? "image_url" : name] = value }),
                3 => "\"\\ud83d" + "x\"",
                4 or 5 when double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) => value.TrimStart('+'),
                _ => JsonSerializer.Serialize(value),
            };
            json.Append(json.Length > 1 ? "," : "").Append(_random.Next(60) == 0 ? "\"\\udc00\"" : JsonSerializer.Serialize(name)).Append(':').Append(written);
        }
        return json.Append('}').ToString();
    }

    private HttpRequestMessage With(MultipartFormDataContent form, Dictionary<string, string> fields)
    {
        foreach ((string name, string value) in fields)
            form.Add(new ByteArrayContent(_random.Next(15) == 0 ? Damaged(Encoding.UTF8.GetBytes(value)) : Encoding.UTF8.GetBytes(value)), name.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '[' or ']') && name.Length > 0 ? name : "odd");
        if (_random.Next(8) == 0)
            form.Add(new ByteArrayContent(Garbage()), _random.Next(5) == 0 ? "file" : "input_reference", "a.png");
        return new HttpRequestMessage(HttpMethod.Post, "/v1/videos") { Content = form };
    }

    private HttpRequestMessage Listing() => new(HttpMethod.Get, "/v1/videos?" + string.Join('&', Enumerable.Range(0, _random.Next(4)).Select(_ =>
        $"{Of(["after", "limit", "order", "status", "report", "x"])}={Uri.EscapeDataString(Of([.. Texts, .. Numbers, "asc", "desc", "queued", "failed", "video_0123456789abcdef0123456789abcdef"]))}")));

    private HttpRequestMessage Strange()
    {
        HttpMethod[] methods = [HttpMethod.Get, HttpMethod.Post, HttpMethod.Delete, HttpMethod.Put, HttpMethod.Patch, HttpMethod.Head, HttpMethod.Options];
        string id = Of(["video_0123456789abcdef0123456789abcdef", "video_none", Uri.EscapeDataString(Of(Texts)), "%ff", "%ed%a0%80", "..%2f..", new string('a', 3000)]);
        HttpRequestMessage request = new(Of(methods), $"/v1/{Of(["videos", "cards", "models", "nothing"])}/{id}{Of(["", "/content", "/events", "/remix", "/cancel", "/content?variant=x"])}");
        if (request.Method == HttpMethod.Post)
            request.Content = Bytes("{\"prompt\": \"x\"}"u8.ToArray());
        return request;
    }

    private ByteArrayContent Bytes(byte[] bytes)
    {
        ByteArrayContent content = new(bytes);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(_random.Next(15) != 0 ? "application/json" : Of(["text/plain", "application/json; charset=utf-16", "multipart/form-data", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "application/json; charset=\"utf-8\""]));
        return content;
    }

    /// <summary>Overlong, cut or stray bytes, and U+0000.</summary>
    private byte[] Damaged(byte[] bytes)
    {
        byte[][] wounds = [[0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xFF], [0xF0, 0x9F], [0], [0xF4, 0x90, 0x80, 0x80]];
        int at = _random.Next(bytes.Length + 1);
        return [.. bytes[..at], .. Of(wounds), .. bytes[at..]];
    }

    private byte[] Garbage()
    {
        byte[] bytes = new byte[_random.Next(300)];
        _random.NextBytes(bytes);
        return bytes;
    }

    private T Of<T>(IReadOnlyList<T> all) => all[_random.Next(all.Count)];
}
