using OpenSora.Contracts;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Verification;
using OpenSora.Inference;
using OpenSora.Inference.Verification;
using OpenSora.Layout.Models;
using OpenSora.Video;

namespace OpenSora.Card;

/// <summary>All golden cases of a folder on this card; without a folder the demo model.</summary>
internal static class VerifyTask
{
    /// <exception cref="InputException">The folder holds no cases.</exception>
    public static Verified Run(VerificationRequest request, CardSettings settings, EventWriter events, CancellationToken cancel)
    {
        CardDevice card = CardDevice.Open(request.Device, request.Threads, settings);
        foreach (string warning in card.Warnings)
            events.Write(new Notice(warning));
        MediaFiles files = new(framesPerSecond: 24, crf: null);
        Precision precision = card.PrecisionOf(request.Dtype);
        IEnumerable<GoldenResult> rows = request.Golden is { } folder
            ? GoldenSuite.Run(new GoldenContext(folder, card.Device, precision, card.Units, files))
            : [SelfCheck.Run(DemoModel.Complete(new ModelFolders()), card.Device, precision, card.Units)];
        List<VerifiedCase> cases = [];
        foreach (GoldenResult row in rows)
        {
            cancel.ThrowIfCancellationRequested();
            cases.Add(new VerifiedCase(row.Name, row.MaxError, row.Tolerance, row.Ok, row.Detail, row.OnPurpose));
            events.Write(new CaseVerified(cases[^1]));
        }
        if (cases.Count == 0)
            throw new InputException($"--golden {request.Golden} holds no cases: give a folder with case1_stdit3, case2_rflow, … and checkpoints in it");
        int passed = cases.Count(row => row.Ok);
        return new Verified(new VerificationReport(cases, passed, cases.Count - passed, card.Name, request.Dtype));
    }
}
