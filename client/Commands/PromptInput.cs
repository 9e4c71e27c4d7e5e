using OpenSora.Contracts;
using OpenSora.Contracts.Generation;

namespace OpenSora.Client.Commands;

/// <summary><c>--prompt-path -</c>: the prompts come over standard input.</summary>
internal static class PromptInput
{
    private const int MostBytes = 16 << 20;

    /// <summary>What standard input holds, where a request takes its prompts from there; else null.</summary>
    /// <exception cref="InputException">It is too much.</exception>
    public static byte[]? Of(GenerationRequest? request)
    {
        if (request is not { Prompts.Count: 0, PromptPath: GenerationRequest.StandardInput })
            return null;
        using Stream input = Console.OpenStandardInput();
        byte[] most = new byte[MostBytes + 1];
        int length = input.ReadAtLeast(most, most.Length, throwOnEndOfStream: false);
        return length <= MostBytes ? most[..length] : throw new InputException($"--prompt-path -: standard input has more than {MostBytes} bytes: give a file");
    }
}
