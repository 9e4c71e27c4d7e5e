using OpenSora.Contracts;
using OpenSora.Contracts.Files;
using OpenSora.Contracts.Generation;

namespace OpenSora.Client.Commands;

/// <summary><c>--prompt-path -</c>: the prompts come over standard input.</summary>
internal static class PromptInput
{
    /// <summary>What standard input holds, where a request takes its prompts from there; else null.</summary>
    /// <exception cref="InputException">It is too much, or there is none.</exception>
    public static byte[]? Of(GenerationRequest? request)
    {
        if (request is not { Prompts.Count: 0, PromptPath: GenerationRequest.StandardInput })
            return null;
        if (!StandardStreams.HasInput)
            throw new InputException("--prompt-path -: standard input is closed; give it a file or a pipe, or name a file");
        using Stream input = Console.OpenStandardInput();
        return UserFile.Read("--prompt-path -", input, UserFile.MostOfText);
    }
}
