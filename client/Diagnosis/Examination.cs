using System.Runtime.CompilerServices;
using OpenSora.Client.Cards;
using OpenSora.Contracts;
using OpenSora.Contracts.Diagnosis;

namespace OpenSora.Client.Diagnosis;

/// <summary>
/// All that there is to look at. What needs a torch is looked at by a card, each device is tried by one of its own, the rest is a silo's: one
/// that ends or hangs hides nothing of the others.
/// </summary>
internal sealed class Examination(DiagnosisRequest request, TimeSpan patience)
{
    private IReadOnlyList<string> _devices = [];

    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async IAsyncEnumerable<Finding> Run([EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (Finding finding in Ask("card", () => ChildProcess.StartCard("doctor", request, ContractsJson.Default.DiagnosisRequest, quiet: true), cancel))
            yield return finding;
        foreach (string device in _devices)
            await foreach (Finding finding in Ask($"verify {device}", () => ChildProcess.StartCard("verify", Trial.Of(device, request.Threads), ContractsJson.Default.VerificationRequest, quiet: true), cancel))
                yield return finding;
        await foreach (Finding finding in Ask("silo", () => ChildProcess.StartSilo("doctor", request, ContractsJson.Default.DiagnosisRequest, quiet: true), cancel))
            yield return finding;
    }

    /// <param name="name">Of the finding when it does not answer.</param>
    private async IAsyncEnumerable<Finding> Ask(string name, Func<ChildProcess> start, [EnumeratorCancellation] CancellationToken cancel)
    {
        ChildProcess? child = null;
        Finding started = Finding.Of(name, () =>
        {
            child = start();
            return Finding.Ok(name, "started");
        }, "build it: ./opensora does");
        if (child is null)
        {
            yield return started;
            yield break;
        }
        using ChildProcess asked = child;
        using CancellationTokenSource limit = new(patience);
        using CancellationTokenRegistration end = limit.Token.Register(asked.Kill);
        await foreach (CardEvent happened in asked.Events(cancel))
        {
            cancel.ThrowIfCancellationRequested();
            if (happened is Found { Finding: var found })
                yield return found;
            else if (happened is Diagnosed { Devices: { Count: > 0 } devices })
                _devices = devices;
            else if (happened is Verified { Report: var report })
                yield return Trial.Finding(name, report);
            else if (happened is Failed failed)
                yield return limit.IsCancellationRequested
                    ? new Finding(name, Health.Broken, $"no answer within {patience.TotalSeconds:0} s", "if the device or its driver hangs, dmesg and the vendor's tool may tell; else give a longer --patience")
                    : Finding.Failed(name, failed.Message, Trial.Remedy(name));
        }
    }
}
