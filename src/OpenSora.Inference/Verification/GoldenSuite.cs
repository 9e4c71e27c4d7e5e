namespace OpenSora.Inference.Verification;

/// <summary>All cases of a golden folder, in order.</summary>
public static class GoldenSuite
{
    private static readonly Func<GoldenContext, IEnumerable<GoldenResult>>[] Cases =
    [
        Case1Transformer.Run, Case2RectifiedFlow.Run, Case3Vae.Run, Case4TextEncoder.Run, Case5SentencePiece.Run,
        Case6TextCleaning.Run, Case7Conditions.Run, Case7AppendGenerated.Run, Case8Random.Run, Case9EndToEnd.Run,
    ];

    public static IEnumerable<GoldenResult> Run(GoldenContext context) => Cases.SelectMany(run => run(context));
}
