using System.Text.Json;
using OpenSora.Contracts;
using OpenSora.Contracts.Diagnosis;

namespace OpenSora.Client.Diagnosis;

/// <summary>Findings on one screen, each when it is known, or as one document.</summary>
internal sealed class DiagnosisScreen(bool json)
{
    private readonly List<Finding> _findings = [];

    public void Add(Finding finding)
    {
        _findings.Add(finding);
        if (json)
            return;
        Console.Out.WriteLine($"{finding.Health.ToString().ToLowerInvariant(),-6}  {finding.Name,-14}  {finding.Told}");
        if (finding.Remedy is { } remedy)
            Console.Out.WriteLine($"{"",-24}→ {remedy}");
    }

    /// <returns>Whether a generation would work.</returns>
    public bool Complete()
    {
        int broken = _findings.Count(finding => finding.Health == Health.Broken), weak = _findings.Count(finding => finding.Health == Health.Weak);
        Console.Out.WriteLine(json ? JsonSerializer.Serialize(new DiagnosisReport(broken == 0, _findings), ContractsJson.Indented.DiagnosisReport)
            : broken > 0 ? $"a generation would not work here: {broken} broken, {weak} weak"
            : $"a generation works here{(weak > 0 ? $", {weak} weak" : "")}");
        return broken == 0;
    }
}
