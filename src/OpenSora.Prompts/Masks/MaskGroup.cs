using System.Globalization;
using OpenSora.Contracts;

namespace OpenSora.Prompts.Masks;

/// <summary>One group of a mask strategy: which latent frames of a reference go where. Counted in latent frames.</summary>
/// <param name="Loop">The loop that it is for.</param>
/// <param name="Reference">Which reference of the prompt; negative counts from the end.</param>
/// <param name="ReferenceStart">First frame of the reference; negative counts from its end.</param>
/// <param name="TargetStart">Where it goes in the clip; negative counts from its end.</param>
/// <param name="Length">How many frames; cut at either end.</param>
/// <param name="EditRatio">0 keeps the frames as they are, 1 makes them anew, between is how far they are changed.</param>
public sealed record MaskGroup(int Loop, int Reference, int ReferenceStart, int TargetStart, int Length, double EditRatio)
{
    private static readonly string[] Defaults = ["0", "0", "0", "0", "1", "0"];

    private static readonly string[] Fields = ["loop", "reference", "reference start", "target start", "length", "edit ratio"];

    /// <summary>Reads <c>loop,reference,reference start,target start,length,edit ratio;…</c>; fields at the end may be left out.</summary>
    /// <exception cref="InputException">A field is not a number, or there are more than six.</exception>
    public static IReadOnlyList<MaskGroup> Parse(string? strategy) =>
        string.IsNullOrEmpty(strategy) ? [] : [.. strategy.Split(';').Select(group => ParseGroup(group, strategy))];

    private static MaskGroup ParseGroup(string group, string strategy)
    {
        string[] given = group.Split(',');
        if (given.Length > Fields.Length)
            throw new InputException($"--mask-strategy '{strategy}': '{group}' has {given.Length} fields, at most {Fields.Length} ({string.Join(",", Fields)})");
        string[] all = [.. given, .. Defaults[given.Length..]];
        return new MaskGroup(Whole(0), Whole(1), Whole(2), Whole(3), Whole(4), Ratio());

        int Whole(int field) =>
            int.TryParse(all[field], NumberStyles.Integer, CultureInfo.InvariantCulture, out int value) ? value : throw NotANumber(field, "a whole number");

        double Ratio() =>
            double.TryParse(all[5], NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value is >= 0 and <= 1
                ? value
                : throw NotANumber(5, "a number from 0 to 1");

        InputException NotANumber(int field, string wanted) =>
            new($"--mask-strategy '{strategy}': the {Fields[field]} '{all[field]}' must be {wanted}; a group is {string.Join(",", Fields)}, groups are separated by ';'");
    }
}
