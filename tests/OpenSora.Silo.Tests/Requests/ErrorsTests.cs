using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using OpenSora.Contracts;
using OpenSora.Contracts.Files;
using OpenSora.Contracts.Videos;
using OpenSora.Silo.Api;

namespace OpenSora.Silo.Tests.Requests;

/// <summary>What goes wrong, as clients read it.</summary>
public sealed class ErrorsTests
{
    [Fact]
    public async Task EachFaultHasItsStatusCodeAndParam()
    {
        foreach ((Exception fault, int status, string code, string? param, string type) in new (Exception, int, string, string?, string)[]
        {
            (new InputException("--num-frames 'x' is not a length"), 400, "invalid_value", "num_frames", "invalid_request_error"),
            (new InputException("the prompt 'see --seed' has no end"), 400, "invalid_value", "prompt", "invalid_request_error"),
            (new InputException("no field at all"), 400, "invalid_value", null, "invalid_request_error"),
            (new FieldException("model", "none", "model_not_found"), 400, "model_not_found", "model", "invalid_request_error"),
            (new KeyReusedException("again"), 422, "key_reused", "Idempotency-Key", "invalid_request_error"),
            (new CannotFitException("too large"), 422, "cannot_fit", null, "invalid_request_error"),
            (new QueueFullException("full", TimeSpan.FromSeconds(3)), 429, "queue_full", null, "rate_limit_error"),
            (new BadHttpRequestException("large", 413), 413, "too_large", null, "invalid_request_error"),
            (new BadHttpRequestException("other", 415), 415, "unsupported_media_type", null, "invalid_request_error"),
            (new IOException("No space left on device", 28), 507, "disk_full", null, "server_error"),
            (new DiskFullException("videos.db", 0, null!), 507, "disk_full", null, "server_error"),
            (new TimeoutException(), 503, "not_now", null, "server_error"),
            (new NotSupportedException("a secret"), 500, "internal_error", null, "server_error"),
        })
        {
            DefaultHttpContext http = new() { Response = { Body = new MemoryStream() } };
            await new Problems(_ => throw fault, NullLogger<Problems>.Instance).InvokeAsync(http);
            http.Response.Body.Position = 0;
            JsonNode error = (await JsonNode.ParseAsync(http.Response.Body))!["error"]!;
            Assert.Equal((status, code, param, type), (http.Response.StatusCode, (string)error["code"]!, (string?)error["param"], (string)error["type"]!));
            Assert.DoesNotContain("secret", error.ToJsonString());
            Assert.Equal(status is 429 or 503 or 507, http.Response.Headers.RetryAfter.Count == 1);
        }
    }

    [Fact]
    public void AFailureNamesNoPlaceOfTheService()
    {
        Contracts.Videos.Video failed = new()
        {
            Id = "video_1",
            Owner = "",
            Status = Contracts.Videos.VideoStatus.Failed,
            Priority = Contracts.Videos.VideoPriority.Normal,
            CreatedAt = DateTimeOffset.UnixEpoch,
            Request = new Contracts.Generation.GenerationRequest { SaveDir = "/store/videos/video_1" },
            Error = new Contracts.Videos.VideoError("disk_full", "/store/videos/video_1/video_0000.mp4 could not be written: the disk of /store/videos/video_1 is full, 0 bytes are free"),
        };
        Assert.Equal("video_0000.mp4 could not be written: the disk of the store is full, 0 bytes are free", VideoBody.ErrorOf(failed)!.Message);
    }

    [Theory]
    [InlineData("--num-frames 5 is short: give --loop 1", "num_frames 5 is short: give loop 1")]
    [InlineData("8x9 is out of range, e.g. --image-size 240 426", "8x9 is out of range, e.g. size 426x240")]
    [InlineData("give --reference-path a;b", "give input_reference a;b")]
    [InlineData("it is --not-a-field", "it is --not-a-field")]
    public void MessagesNameFields(string said, string told) => Assert.Equal(told, Wording.Of(said));
}
