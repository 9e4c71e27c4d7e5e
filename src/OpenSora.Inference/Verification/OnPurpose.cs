using System.Globalization;
using OpenSora.Prompts.Plans;

namespace OpenSora.Inference.Verification;

/// <summary>Where results are not the original's on purpose, as far as golden rows show it; <c>docs/differences.md</c> has all.</summary>
internal static class OnPurpose
{
    public const string ShortClip = "2 to 16 frames, for which the original divides 0 by 0";
    public const string EditRatio = "an edit ratio that is not from 0 to 1 is refused here";
    public const string EmptyGroup = "a mask group that places nothing is refused here";
    public const string FileName = "prompts become names of files in one folder here";
    public const string Stops = "a text that the original stops at is taken here";
    public const string ShortLoop = "a clip that is not longer than the overlap is not continued here";
    public const string EqualSplits = "splits into the same pieces, as likely in another order";

    public static bool IsShort(double frames) => frames is >= 2 and <= 16;

    /// <summary>Whether a group of a mask strategy has an edit ratio that is one for the original alone.</summary>
    public static bool HasOddRatio(string group) =>
        group.Split(',') is [_, _, _, _, _, var ratio] && double.TryParse(ratio, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value is not (>= 0 and <= 1);

    /// <summary>Whether a prompt is not the name of its file as it is.</summary>
    public static bool IsRenamed(string prompt) => OutputName.Of("", null, 0, prompt) != prompt;
}
