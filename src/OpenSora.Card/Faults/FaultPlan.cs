using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using OpenSora.Contracts;

namespace OpenSora.Card.Faults;

/// <summary>
/// Faults that tests ask of a card with <c>OPENSORA_FAULTS</c>: docs/faults.md. Without it nothing happens anywhere. Each
/// fault but a hold happens once. Thread-safe.
/// </summary>
internal sealed partial class FaultPlan
{
    private const string InSwitch = ":in-switch", OfUnit = ":unit=", Flip = "flip";
    private const int Stop = 19, Kill = 9;

    private readonly Lock _one = new();
    private readonly List<Fault> _faults;

    private FaultPlan(List<Fault> faults) => _faults = faults;

    /// <param name="text"><c>action@point[;epoch=E][;once=PATH]</c>, several with <c>|</c> in between.</param>
    /// <exception cref="InputException">It is not understood.</exception>
    public static FaultPlan Parse(string text) => new([.. text.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(ParseFault)]);

    /// <summary>The work has come to a point.</summary>
    public void At(long epoch, string point)
    {
        if (Take(epoch, point) is { } fault)
            Happen(fault);
    }

    /// <summary>Whether a bit of some unit is to flip.</summary>
    public bool HasFlips => _faults.Exists(fault => fault.Action == Flip);

    /// <summary>Whether a bit of this unit is to flip.</summary>
    /// <param name="unit">Of those that this card hands on in the step, from 0.</param>
    public bool Flips(long epoch, int step, int unit) => Take(epoch, $"step={step}{OfUnit}{unit}") is not null;

    /// <summary>The connection to another rank, with the faults that are to happen on it.</summary>
    public Stream Between(long epoch, Stream stream) => _faults.Count == 0 ? stream : new FaultyStream(stream, step => Take(epoch, $"step={step}{InSwitch}"), Happen);

    /// <summary>What is to happen at a point, once; null for nothing.</summary>
    private Fault? Take(long epoch, string point)
    {
        lock (_one)
        {
            int at = _faults.FindIndex(fault => fault.Point == point && (fault.Epoch is null || fault.Epoch == epoch));
            if (at < 0)
                return null;
            Fault fault = _faults[at];
            if (fault.Hold is null)
                _faults.RemoveAt(at);
            return fault.Once is null || Claim(fault.Once) ? fault : null;
        }
    }

    private static void Happen(Fault fault)
    {
        if (fault.Action == "kill")
            _ = kill(Environment.ProcessId, Kill);
        else if (fault.Action == "stop")
            _ = kill(Environment.ProcessId, Stop);
        else if (fault.Action == "fail")
            throw new ExternalException("a fault that a test asked for");
        else if (fault.Delay is { } delay)
            Thread.Sleep(delay);
        else
            while (File.Exists(fault.Hold))
                Thread.Sleep(20);
    }

    /// <summary>Of several processes the first that makes the file.</summary>
    private static bool Claim(string file)
    {
        try
        {
            using FileStream made = new(file, FileMode.CreateNew);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static Fault ParseFault(string text)
    {
        Match match = Grammar().Match(text);
        bool link = text.Contains(InSwitch, StringComparison.Ordinal);
        bool unit = text.Contains(OfUnit, StringComparison.Ordinal);
        if (!match.Success || (match.Groups["action"].Value == Flip) != unit || match.Groups["action"].Value is "drop" or "corrupt" && !link || match.Groups["action"].Value == "fail" && link)
            throw new InputException($"{CardSettings.FaultsVariable}={text} is not understood: give kill, stop, fail, flip, drop, corrupt, delay=MS or hold=PATH, then @ and a point (docs/faults.md)");
        string? Of(string group) => match.Groups[group] is { Success: true, Value: var value } ? value : null;
        return new Fault(
            Of("action")!,
            Of("ms") is { } delay ? TimeSpan.FromMilliseconds(int.Parse(delay, CultureInfo.InvariantCulture)) : null,
            Of("hold"),
            Of("point")!,
            Of("epoch") is { } epoch ? long.Parse(epoch, CultureInfo.InvariantCulture) : null,
            Of("once"));
    }

    [GeneratedRegex(@"^(?<action>kill|stop|fail|flip|drop|corrupt|delay=(?<ms>\d{1,9})|hold=(?<hold>[^@;|]+))@(?<point>step=\d{1,9}:(before-switch|in-switch|after-step|handed-in|unit=\d{1,9})|chunk=\d{1,9})(;epoch=(?<epoch>\d{1,18}))?(;once=(?<once>.+))?$")]
    private static partial Regex Grammar();

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);
}

/// <summary>One fault.</summary>
/// <param name="Action">kill, stop, fail, flip, drop, corrupt, delay=MS, or hold=PATH.</param>
/// <param name="Hold">The file that keeps the work there for as long as it exists.</param>
/// <param name="Epoch">Only in this epoch; null for any.</param>
/// <param name="Once">A file that is made when it happens; it does not happen when the file is there.</param>
internal sealed record Fault(string Action, TimeSpan? Delay, string? Hold, string Point, long? Epoch, string? Once);
