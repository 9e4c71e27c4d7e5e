using System.Text;
using OpenSora.Contracts.Planning;

namespace OpenSora.Client.Tables;

/// <summary>A simulation for people. Published and simulated figures have columns of their own.</summary>
internal static class SimulationTable
{
    public static string Of(SimulationReport report)
    {
        StringBuilder text = new();
        if (report.Calibration is { } calibration)
            text.Append(Calibration(calibration)).AppendLine();
        foreach (ScalingReport scaling in report.Scaling ?? [])
            text.Append(Scaling(scaling)).AppendLine();
        if (report.Units is { } units)
            text.Append(Units(units)).AppendLine();
        if (report.Service is { } service)
            text.Append(Service(service)).AppendLine();
        if (report.Sharing is { } sharing)
            text.Append(Sharing(sharing)).AppendLine();
        return text.Append(FormattableString.Invariant($"seed {report.Seed}, {report.Events:N0} events")).ToString();
    }

    private static string Calibration(CalibrationReport calibration)
    {
        TextTable table = new("seconds of one video", "published", "simulated", "error", "");
        foreach (PublishedPoint point in calibration.Points)
            table.Add($"{point.Name}", $"{point.PublishedSeconds:0.##}", $"{point.SimulatedSeconds:0.0}", $"{(point.Fitted ? "" : Percent(point.Error))}", $"{(point.Fitted ? "fitted" : "")}");
        TextTable fitted = new("fitted", "value", "to");
        foreach (FittedValue value in calibration.Fitted)
            fitted.Add($"{value.Name}", $"{value.Value:0.000}", $"{value.From}");
        return FormattableString.Invariant($"calibration\n{table}\n{fitted}\n  mean absolute error over the {calibration.Checked} points that were not fitted: {calibration.MeanAbsoluteError:P1}\n");
    }

    private static string Scaling(ScalingReport scaling)
    {
        TextTable table = new("cards", "seconds a step", "seconds a video", "efficiency", "standing still", "bytes a step", "step, two levels");
        foreach (JobPoint point in scaling.Points)
            table.Add($"{point.Cards}", $"{point.StepSeconds:0.000}", $"{point.JobSeconds:0.0}", $"{point.Efficiency:P1}", $"{point.Waiting:P1}", $"{PlanTable.Size(point.BytesPerStep)}", $"{point.TwoLevelStepSeconds:0.000}");
        return $"one video ({scaling.Clip}, {scaling.Steps} steps) on {scaling.CardType}, simulated; {scaling.Calls}\n{table}";
    }

    private static string Units(UnitSizesReport report)
    {
        int[] cards = [.. report.Rows[0].Points.Select(point => point.Cards)];
        bool timed = report.Rows[0].Points[0].StepSeconds is not null;
        string ByCards(string title, Func<UnitSizePoint, string> cell)
        {
            TextTable table = new(["rows", "frames", "positions", "temporaries", .. cards.Select(count => $"{count} card{(count == 1 ? "" : "s")}")]);
            foreach (UnitSizeRow row in report.Rows)
                table.Add([$"{row.RowsWanted}{(row.Chosen ? " *" : "")}", $"{row.FramesPerUnit}", $"{row.PositionsPerUnit}", $"{PlanTable.Size(row.Temporaries)}", .. row.Points.Select(point => (FormattableString)$"{cell(point)}")]);
            return $"{title}\n{table}";
        }
        string tables = ByCards("balance: tokens of an even share over those of the card with most", point => FormattableString.Invariant($"{point.Balance:P1}"));
        if (timed)
            tables += ByCards("seconds a step", point => FormattableString.Invariant($"{point.StepSeconds:0.000}")) + ByCards("efficiency, against the best of one card", point => FormattableString.Invariant($"{point.Efficiency:P1}"));
        return $"units of {report.Clip} on {report.CardType}, simulated; * is the size of this kind of card\n{tables}";
    }

    private static string Service(ServiceReport service)
    {
        TextTable table = new("load", "jobs", "mean wait, s", "95 % wait at most, s", "cards at work", "failures");
        foreach (LoadPoint point in service.Points)
            table.Add($"{point.Load:0.00}", $"{point.Jobs}", $"{point.MeanWaitSeconds:0.0}", $"{point.P95WaitSeconds:0.0}", $"{point.Utilisation:P0}", $"{point.Failures}");
        string mix = string.Join(", ", service.Mix.Select(clip => FormattableString.Invariant($"{clip.Name} {clip.Seconds:0.0} s")));
        return FormattableString.Invariant($"service of {service.Cards} {service.CardType}, {service.CardsPerJob} a job, simulated; jobs in equal shares: {mix}; {service.FailuresPerCardDay} failures of a card in a day\n{table}");
    }

    private static string Sharing(SharingReport sharing)
    {
        TextTable clips = new("clip", "of the requests", "s of one card", $"efficiency of {sharing.Cards}"), table = new("arrivals", "load", "cards are shared", "videos an hour", "mean, s", "p50, s", "p95, s", "p99, s", "changes", "evictions");
        foreach (SharedClip clip in sharing.Mix)
            clips.Add($"{clip.Name}", $"{clip.Share:P0}", $"{clip.WorkSeconds:0.0}", $"{clip.Efficiency:P0}");
        foreach (SharingPoint point in sharing.Points)
            table.Add(
                $"{point.Arrivals}", $"{point.Load:0.00}", $"{point.Rule}", $"{point.PerHour:0.0}", $"{point.MeanSeconds:0.0}", $"{point.P50Seconds:0.0}", $"{point.P95Seconds:0.0}", $"{point.P99Seconds:0.0}",
                $"{point.Changes}", $"{point.Evictions}");
        return FormattableString.Invariant($"{sharing.Jobs} requests on {sharing.Cards} {sharing.CardType}, simulated; guesses of work are wrong by up to 2 times; a change of a gang takes {sharing.ChangeSeconds} s\n{clips}\nfrom the asking to the end\n{table}");
    }

    private static string Percent(double share) => (share >= 0 ? "+" : "") + FormattableString.Invariant($"{100 * share:0.0} %");
}
