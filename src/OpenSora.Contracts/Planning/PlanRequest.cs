using OpenSora.Contracts.Generation;

namespace OpenSora.Contracts.Planning;

/// <summary>A request to be worked out instead of done: the flags of <c>opensora plan</c>.</summary>
public sealed record PlanRequest
{
    /// <summary>The clip, the type of numbers, the cards and the model folders. Prompts are not looked at.</summary>
    public required GenerationRequest Generation { get; init; }

    /// <summary><c>full</c>: the sizes of the public checkpoints; <c>demo</c>: models/demo; null: the folders of <see cref="Generation"/>.</summary>
    public string? Model { get; init; }

    /// <summary>Name of a card type; null for the accelerator of this machine, or its processor. Default: null.</summary>
    public string? CardType { get; init; }

    /// <summary>A YAML file of card types that is read in addition to the one that comes with the program. Default: null.</summary>
    public string? CardTypes { get; init; }

    /// <summary>Tokens of the prompt. Default: 300, the most that public checkpoints take.</summary>
    public int TextLength { get; init; } = 300;

    /// <summary>More cards are sensible while each adds at least this share of a card, 0 to 1. Default: 0.7.</summary>
    public double Efficiency { get; init; } = 0.7;
}
