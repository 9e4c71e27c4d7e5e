using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenSora.Prompts.Refinement;

/// <summary>
/// <c>--llm-refine</c>: a language model rewrites prompts in the manner of the captions that the video model learnt from,
/// and invents one where a prompt is empty. When the service fails the prompt is kept, and a warning says so.
/// </summary>
/// <param name="endpoint">The service.</param>
/// <param name="warn">Takes a line for the user.</param>
/// <param name="timeout">For one request. Default: 60 seconds.</param>
/// <param name="pause">Between a failed request and the next; doubles each time. Default: 1 second.</param>
/// <param name="cancel">Ends a request or a pause with <see cref="OperationCanceledException"/>.</param>
public sealed class PromptRefiner(
    LanguageModelEndpoint endpoint, Action<string> warn, TimeSpan? timeout = null, TimeSpan? pause = null, CancellationToken cancel = default) : IDisposable
{
    private const int Attempts = 3;

    private readonly HttpClient _client = new() { Timeout = timeout ?? TimeSpan.FromSeconds(60) };
    private readonly TimeSpan _pause = pause ?? TimeSpan.FromSeconds(1);

    /// <summary>The prompt as the model puts it; the prompt itself when the service fails.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public string Refine(string prompt)
    {
        bool empty = string.IsNullOrWhiteSpace(prompt);
        string body = Body(empty ? RefinementTexts.Invent : RefinementTexts.Refine, empty ? RefinementTexts.InventRequest : prompt);
        try
        {
            // Prompts are worked on before the first tensor, by one synchronous caller; only here is something awaited.
            return AskAsync(body).GetAwaiter().GetResult();
        }
        catch (Exception failure) when (IsTheServices(failure))
        {
            warn($"--llm-refine: {endpoint} failed ({failure.Message}); the prompt '{prompt}' is kept as it is");
            return prompt;
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<string> AskAsync(string body)
    {
        TimeSpan wait = _pause;
        for (int attempt = 1; ; attempt++, wait *= 2)
        {
            try
            {
                return await AskOnceAsync(body).ConfigureAwait(false);
            }
            catch (Exception failure) when (attempt < Attempts && IsTheServices(failure) && MayPass(failure))
            {
                await Task.Delay(wait, cancel).ConfigureAwait(false);
            }
        }
    }

    private async Task<string> AskOnceAsync(string body)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, endpoint.Completions) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", endpoint.Key);
        using HttpResponseMessage response = await _client.SendAsync(request, cancel).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        string answer = await response.Content.ReadAsStringAsync(cancel).ConfigureAwait(false);
        string? text = JsonNode.Parse(answer)?["choices"]?[0]?["message"]?["content"]?.GetValue<string>();
        return string.IsNullOrWhiteSpace(text) ? throw new InvalidDataException("the answer holds no text") : text;
    }

    private string Body(string system, string user) => new JsonObject
    {
        ["model"] = endpoint.Model,
        ["messages"] = new JsonArray(
            new JsonObject { ["role"] = "system", ["content"] = system },
            new JsonObject { ["role"] = "user", ["content"] = user }),
    }.ToJsonString();

    /// <summary>A timeout of the client is a cancellation too, but not the user's.</summary>
    private bool IsTheServices(Exception failure) =>
        failure is HttpRequestException or JsonException or InvalidOperationException or ArgumentException or InvalidDataException
        || (failure is OperationCanceledException && !cancel.IsCancellationRequested);

    /// <summary>Worth another attempt: no answer, too many requests, or the server's own error.</summary>
    private static bool MayPass(Exception failure) => failure is OperationCanceledException
        || (failure is HttpRequestException { StatusCode: var status } && status is null or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError);
}
