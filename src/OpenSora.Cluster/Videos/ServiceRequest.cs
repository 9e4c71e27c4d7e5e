using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Files;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Videos;
using OpenSora.Layout.Models;
using OpenSora.Prompts.Plans;

namespace OpenSora.Cluster.Videos;

/// <summary>What of a request is the service's own to say, and not its user's.</summary>
internal static class ServiceRequest
{
    /// <summary>What a prompt's own JSON would name a reference with: a file of this machine, or an address that it can reach.</summary>
    private const string ReferenceInPrompt = "reference_path";

    private const string Prompt = "prompt";

    /// <summary>The smallest that cards compute with.</summary>
    private const int BytesOfNumber = 2;

    private const double Gigabyte = 1e9;

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
            Overwrite = NameReservation.Always,
            NumberOffset = 0,
            Cards = Math.Max(1, request.Cards),
        };
        GenerationRules.Check(settled);
        if (request.Cards < 0)
            throw new InputException($"cards {request.Cards} is out of range: give 1 and more, or 0 to leave it to the service") { Field = "cards" };
        if (settled.Prompts is not [var prompt] || (settled.NumSample ?? 1) != 1 || settled.PromptPath is not null || settled.PromptGenerator is not null)
            throw new InputException("a service makes one video of one prompt at a time: ask once for each") { Field = Prompt };
        if (prompt.Length > VideoOrder.MostOfPrompt)
            throw new InputException($"the prompt has {prompt.Length} characters: give {VideoOrder.MostOfPrompt} at most") { Field = Prompt };
        if (prompt.Contains(ReferenceInPrompt, StringComparison.OrdinalIgnoreCase))
            throw new InputException($"a prompt may not name a {ReferenceInPrompt} in a service: send the file itself, as input_reference") { Field = Prompt };
        if (settled.ReferencePaths.Count > 0 || settled.LatentNoise is not null || settled.SaveLatent is not null)
            throw new InputException("a service neither reads nor writes files of its users' naming: send a reference itself, as input_reference");
        if (settled.LlmRefine || settled.PromptAsPath || settled.Watermark)
            throw new InputException("a service does not do --llm-refine, --prompt-as-path and --watermark: leave them out");
        STDiT3Config.Read(DemoModel.Complete(models).Dit!).Require(settled, "the model of this service");
        Jobs.CardLimit.Check(settled);
        new GenerationPlan(settled).Check();
        return settled with { Cards = request.Cards };
    }

    /// <summary>Refuses what all cards together could not hold, however it were shared: the tokens alone, of one half of guidance.</summary>
    /// <exception cref="CannotFitException">It is so.</exception>
    public static void CheckRoom(GenerationRequest request, IReadOnlyList<CardStatus> cards)
    {
        ClipGeometry clip = ClipGeometry.Of(request);
        long least = clip.Grid.Tokens * STDiT3Config.Read(DemoModel.Complete(request.Models).Dit!).HiddenSize * BytesOfNumber, room = cards.Sum(card => card.MemoryBytes);
        if (cards.Count > 0 && least > room)
            throw new CannotFitException(FormattableString.Invariant(
                $"--num-frames {clip.Frames} of {clip.Output.Width} x {clip.Output.Height} pixels take {least / Gigabyte:0.#} GB and more on the cards, and the {cards.Count} that have joined have {room / Gigabyte:0.#} GB: ask for a shorter or a smaller clip"));
    }

    /// <summary>A reference stands at the start of the clip unless the request says otherwise.</summary>
    public static GenerationRequest StartFrom(GenerationRequest request, string reference) => request with
    {
        ReferencePaths = [reference],
        MaskStrategies = request.MaskStrategies is [_, ..] given ? given : ["0"],
    };
}
