namespace OpenSora.DemoModel.Evaluation;

/// <summary>What <c>evaluate</c> found, as its JSON file holds it.</summary>
/// <param name="Seed">Which clips were drawn.</param>
/// <param name="Steps">Accuracy by number of sampling steps, for combinations that were held out of training.</param>
/// <param name="UnseenWording">That of the middle number of steps when the wording is none of training's either.</param>
/// <param name="ReconstructionPsnr">Of the video autoencoder on held-out clips, in dB.</param>
/// <param name="Reconstructed">What the judge sees in them.</param>
/// <param name="FirstFramePsnr">Mean over clips that were to begin with a given picture, in dB.</param>
/// <param name="SeamJump">Mean difference of the frames at the seam of joined clips, over that of all other neighbours.</param>
/// <param name="AutoencoderSeamJump">The same between two chunks of drawn clips that the autoencoder gives back.</param>
internal sealed record Report(
    int Prompts, double Guidance, ulong Seed, IReadOnlyDictionary<string, Accuracy> Steps, Accuracy UnseenWording, double ReconstructionPsnr, Accuracy Reconstructed,
    double FirstFramePsnr, double SeamJump, double AutoencoderSeamJump);
