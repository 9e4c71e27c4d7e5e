using OpenSora.Contracts;
using OpenSora.Contracts.Diagnosis;

namespace OpenSora.Card.Doctor;

/// <summary>What a card needs of this machine: a finding for each thing, told when it is known.</summary>
internal static class DoctorTask
{
    public static Diagnosed Run(DiagnosisRequest request, CardSettings settings, EventWriter events, CancellationToken cancel)
    {
        Tell(Machine.Processor(settings.Kernels));
        Tell(Machine.Memory());
        Finding torch = Tell(TorchCheck.Look(request.Threads ?? Environment.ProcessorCount));
        bool isThere = torch.Health != Health.Broken;
        foreach (Finding finding in ModelChecks.Look(request.Models, isThere))
            Tell(finding);
        if (!isThere)
            return new Diagnosed([]);
        List<string> devices = [];
        foreach ((string? device, Finding finding) in DeviceChecks.Look(request.Device))
        {
            Tell(finding);
            if (device is not null)
                devices.Add(device);
        }
        return new Diagnosed(devices);

        Finding Tell(Finding finding)
        {
            cancel.ThrowIfCancellationRequested();
            events.Write(new Found(finding));
            return finding;
        }
    }
}
