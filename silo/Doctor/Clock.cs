using System.Runtime.InteropServices;
using OpenSora.Contracts.Diagnosis;

namespace OpenSora.Silo.Doctor;

/// <summary>The time of day: several silos compare theirs through the database, and certificates are good from one time to another.</summary>
internal static partial class Clock
{
    private const string Remedy = "let the system set it: timedatectl set-ntp true, or chrony; of a container, on its host";

    /// <summary>Bytes of Linux's <c>struct timex</c>, with room to spare, and where its status lies.</summary>
    private const int TimexBytes = 512, StatusAt = 40;

    /// <summary>STA_UNSYNC of <c>linux/timex.h</c>.</summary>
    private const int NotSynchronised = 0x40;

    public static Finding Look()
    {
        DateTime now = DateTime.UtcNow, built = File.GetLastWriteTimeUtc(typeof(Clock).Assembly.Location);
        string told = $"{now:yyyy-MM-dd HH:mm:ss} UTC";
        return now < built.AddDays(-1) ? new Finding("clock", Health.Weak, $"{told} is before this program was built, {built:yyyy-MM-dd}", Remedy)
            : IsSynchronised() == false ? new Finding("clock", Health.Weak, $"{told}, which nothing keeps right", Remedy)
            : Finding.Ok("clock", told);
    }

    /// <returns>null where the system does not tell.</returns>
    private static unsafe bool? IsSynchronised()
    {
        byte* timex = stackalloc byte[TimexBytes];
        new Span<byte>(timex, TimexBytes).Clear();
        return adjtimex(timex) < 0 ? null : (*(int*)(timex + StatusAt) & NotSynchronised) == 0;
    }

    [LibraryImport("libc")]
    private static unsafe partial int adjtimex(byte* timex);
}
