using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OpenSora.Contracts.Generation;

/// <summary>
/// What each step of a run made, chained with all that it was made from: whoever has the checkpoints computes any step again and
/// compares. docs/audit.md says what that proves. Hashes are SHA-256 in lower-case hexadecimal.
/// </summary>
public sealed record StepTrail
{
    /// <summary>What was asked for, without what changes no latent: see <see cref="Essence"/>.</summary>
    public required GenerationRequest Request { get; init; }

    /// <summary>What decides the last bits of its cards, as in <see cref="GenerationReport.Kind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The files of each network.</summary>
    public required IReadOnlyList<WeightsDigest> Weights { get; init; }

    /// <summary>One for each loop of each batch, in the order in which they were made.</summary>
    public required IReadOnlyList<ClipTrail> Clips { get; init; }

    /// <summary>The last link of the chain: it names all of the above.</summary>
    public string Seal { get; init; } = "";

    /// <summary>The same with the seal that belongs to it.</summary>
    public StepTrail Sealed() => this with { Seal = ComputeSeal() };

    /// <summary>
    /// The chain: the first link is the hash of request, weights and kind; each clip's names, and then each of its steps, is hashed with the link before.
    /// </summary>
    public string ComputeSeal()
    {
        byte[] link = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(
            '\n', ["opensora-trail-1", JsonSerializer.Serialize(Request, ContractsJson.Default.GenerationRequest), Kind, .. Weights.Select(own => $"{own.Network} {own.Sha256}")])));
        foreach (ClipTrail clip in Clips)
        {
            link = Next(link, $"{clip.Batch} {clip.Loop} {clip.Conditions}\n{string.Join('\n', clip.Prompts)}");
            foreach (string step in clip.Steps)
                link = Next(link, step);
        }
        return Convert.ToHexStringLower(link);
    }

    /// <summary>A request without names of files, and without what changes no byte of a latent: cards, encoder, and what is kept.</summary>
    public static GenerationRequest Essence(GenerationRequest request)
    {
        GenerationRequest plain = new();
        return request with
        {
            Models = plain.Models,
            PromptPath = null,
            ReferencePaths = [],
            LatentNoise = null,
            SaveLatent = null,
            SaveDir = plain.SaveDir,
            SampleName = null,
            Overwrite = null,
            NumberOffset = 0,
            PromptAsPath = false,
            Watermark = false,
            Crf = null,
            KeepSteps = false,
            SelfCheck = 0,
            Cards = plain.Cards,
            TextEncoderCard = false,
            Device = null,
            Threads = null,
        };
    }

    private static byte[] Next(byte[] link, string text) => SHA256.HashData([.. link, .. Encoding.UTF8.GetBytes(text)]);
}

/// <summary>The files of a network: their names, lengths and contents.</summary>
/// <param name="Network"><c>Text</c>, <c>Transformer</c> or <c>Autoencoder</c>.</param>
public sealed record WeightsDigest(string Network, string Sha256);

/// <summary>The steps of one clip.</summary>
/// <param name="Batch">From 0.</param>
/// <param name="Loop">From 0.</param>
/// <param name="Prompts">Of each sample, as the text encoder got it.</param>
/// <param name="Conditions">Of the prompts' features, the edit ratios and the state of the random numbers.</param>
/// <param name="Steps">Of the latents [T, S, 16] of all samples, one after the other: first of the start, then after each step.</param>
public sealed record ClipTrail(int Batch, int Loop, IReadOnlyList<string> Prompts, string Conditions, IReadOnlyList<string> Steps);
