namespace OpenSora.DemoModel.Evaluation;

/// <summary>What <c>evaluate</c> found, as its JSON file holds it.</summary>
/// <param name="Steps">Accuracy by number of sampling steps.</param>
/// <param name="ReconstructionPsnr">Of the video autoencoder on held-out clips, in dB.</param>
/// <param name="Reconstructed">What the judge sees in them.</param>
/// <param name="FirstFramePsnr">Mean over clips that were to begin with a given picture, in dB.</param>
/// <param name="SeamJump">Mean difference of the frames at the seam of joined clips, over that of all other neighbours.</param>
internal sealed record Report(
    int Prompts, double Guidance, IReadOnlyDictionary<string, Accuracy> Steps, double ReconstructionPsnr, Accuracy Reconstructed,
    double FirstFramePsnr, double SeamJump);
