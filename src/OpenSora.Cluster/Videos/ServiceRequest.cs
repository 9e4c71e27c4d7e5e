using OpenSora.Contracts;
using OpenSora.Contracts.Generation;
using OpenSora.Prompts.Plans;

namespace OpenSora.Cluster.Videos;

/// <summary>What of a request is the service's own to say, and not its user's.</summary>
internal static class ServiceRequest
{
    /// <summary>What a prompt's own JSON would name a reference with: a file of this machine, or an address that it can reach.</summary>
    private const string ReferenceInPrompt = "reference_path";

    /// <summary>Longer ones are no prompts: the model takes a few hundred tokens.</summary>
    private const int MostOfPrompt = 16_384;

    /// <param name="models">The networks of the service.</param>
    /// <param name="folder">Where its files go.</param>
    /// <exception cref="InputException">It asks for what a service does not do, or for what nobody can do.</exception>
    public static GenerationRequest Settle(GenerationRequest request, ModelFolders models, string folder)
    {
        GenerationRequest settled = request with
        {
            Models = models,
            Device = null,
            Threads = null,
            SaveDir = folder,
            SampleName = "video",
            Cards = Math.Max(1, request.Cards),
        };
        GenerationRules.Check(settled);
        if (request.Cards < 0)
            throw new InputException($"cards {request.Cards} is out of range: give 1 and more, or 0 to leave it to the service");
        if (settled.Prompts is not [var prompt] || (settled.NumSample ?? 1) != 1 || settled.PromptPath is not null || settled.PromptGenerator is not null)
            throw new InputException("a service makes one video of one prompt at a time: ask once for each");
        if (prompt.Length > MostOfPrompt)
            throw new InputException($"the prompt has {prompt.Length} characters: give {MostOfPrompt} at most");
        if (string.IsNullOrWhiteSpace(prompt))
            throw new InputException("the prompt is empty: say what is to be seen");
        if (prompt.Contains(ReferenceInPrompt, StringComparison.OrdinalIgnoreCase))
            throw new InputException($"a prompt may not name a {ReferenceInPrompt} in a service: send the file itself, as input_reference");
        if (settled.ReferencePaths.Count > 0 || settled.LatentNoise is not null || settled.SaveLatent is not null)
            throw new InputException("a service neither reads nor writes files of its users' naming: send a reference itself, as input_reference");
        if (settled.LlmRefine || settled.PromptAsPath || settled.Watermark)
            throw new InputException("a service does not do --llm-refine, --prompt-as-path and --watermark: leave them out");
        Jobs.CardLimit.Check(settled);
        new GenerationPlan(settled).Check();
        return settled with { Cards = request.Cards };
    }

    /// <summary>A reference stands at the start of the clip unless the request says otherwise.</summary>
    public static GenerationRequest StartFrom(GenerationRequest request, string reference) => request with
    {
        ReferencePaths = [reference],
        MaskStrategies = request.MaskStrategies is [_, ..] given ? given : ["0"],
    };
}
