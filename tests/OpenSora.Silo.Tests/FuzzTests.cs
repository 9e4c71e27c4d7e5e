using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace OpenSora.Silo.Tests;

[Collection(CalmSilo.Name)]
public sealed class FuzzTests(CalmSilo calm)
{
    private const int Requests = 1000;

    [Fact]
    public async Task AThousandMalformedRequestsChangeNothingForAJob()
    {
        SiloProgram silo = calm.Silo;
        int said = silo.Said.Length;
        silo.CloseGate();
        string id = await silo.Submit();
        await silo.Until(id, video => (string?)video["stage"] == "denoise");
        string[] before = await Ids();
        Random random = new(1);
        for (int i = 0; i < Requests; i++)
            if (random.Next(10) == 0)
                await SendBytes(silo.Client.BaseAddress!, Garbage(random, random.Next(400)));
            else
                await Send(silo, random, id);
        // Only what was there is there, and the job is made as if nothing had been.
        Assert.Equal(before, await Ids());
        silo.OpenGate();
        string disturbed = (await silo.Completed(id))["report"]!["sha256"]!.ToJsonString();
        Assert.Equal(disturbed, (await silo.Completed(await silo.Submit()))["report"]!["sha256"]!.ToJsonString());
        Assert.DoesNotContain("fail:", silo.Said[said..]);

        async Task<string[]> Ids() => [.. JsonNode.Parse(await silo.Client.GetStringAsync("/v1/videos?limit=100"))!["data"]!.AsArray().Select(video => (string)video!["id"]!)];
    }

    private static async Task Send(SiloProgram silo, Random random, string id)
    {
        string[] paths = ["/v1/videos", $"/v1/videos/{id}x", "/v1/videos/%00", "/v1/videos/..%2f..", "/v1/videos?limit=-1", "/v1/cards/x/heartbeat", "/v1/cards", "/v1/videos/" + new string('a', 3000)];
        HttpMethod[] methods = [HttpMethod.Post, HttpMethod.Post, HttpMethod.Post, HttpMethod.Put, HttpMethod.Patch, HttpMethod.Options];
        using HttpRequestMessage request = new(methods[random.Next(methods.Length)], paths[random.Next(paths.Length)]);
        request.Content = new ByteArrayContent(Body(random));
        string[] types = ["application/json", "multipart/form-data; boundary=x", "multipart/form-data", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16"];
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(types[random.Next(types.Length)]);
        if (random.Next(5) == 0)
            request.Headers.TryAddWithoutValidation("Idempotency-Key", Encoding.Latin1.GetString(Garbage(random, random.Next(400))).Replace('\n', ' ').Replace('\r', ' ').Replace('\0', ' '));
        try
        {
            using HttpResponseMessage response = await silo.Client.SendAsync(request);
            Assert.True((int)response.StatusCode is >= 400 and < 500 || request.Method == HttpMethod.Options, $"{request.Method} {request.RequestUri}: {response.StatusCode}, {await response.Content.ReadAsStringAsync()}; {silo.Said}");
        }
        catch (HttpRequestException)
        {
            // The silo need not read all of a body that it refuses.
        }
    }

    /// <summary>Almost what is asked for, never quite.</summary>
    private static byte[] Body(Random random)
    {
        string[] nearly =
        [
            "{\"prompt\": \"x\", \"size\": \"0x0\"}", "{\"prompt\": \"x\", \"num_frames\": -5}", "{\"prompt\": \"x\", \"seed\": 1e400}", "{\"prompt\": null}", "{\"prompt\": {\"a\": {\"b\": {\"c\": {}}}}}",
            "{\"prompt\": \"x\", \"size\": \"99999999999999999999x1\"}", "--x\r\nContent-Disposition: form-data; name=\"size\"\r\n\r\n1\r\n--x--\r\n", "--x\r\nContent-Disposition: form-data; name=\"prompt\"; filename=\"../../a\"\r\n\r\n1\r\n--x--\r\n",
            "prompt=", "\"prompt\"", "[[[[[[[[[[", "{\"prompt\": \"\\ud800\", \"cards\": 99999}", "{\"instance\": 1}", "",
        ];
        byte[] body = Encoding.UTF8.GetBytes(nearly[random.Next(nearly.Length)]);
        if (random.Next(3) == 0)
            return Garbage(random, random.Next(2000));
        return body;
    }

    private static byte[] Garbage(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static async Task SendBytes(Uri address, byte[] bytes)
    {
        using TcpClient socket = new();
        await socket.ConnectAsync(IPAddress.Loopback, address.Port);
        NetworkStream stream = socket.GetStream();
        await stream.WriteAsync(bytes);
    }
}
