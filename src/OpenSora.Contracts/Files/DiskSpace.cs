namespace OpenSora.Contracts.Files;

/// <summary>What is free on the disks of folders.</summary>
public static class DiskSpace
{
    /// <summary>The folder, or the first one above it that is there.</summary>
    public static string Existing(string folder) =>
        Directory.Exists(folder) || Path.GetDirectoryName(folder) is not { Length: > 0 } above ? folder : Existing(above);

    /// <summary>Where the disk of a folder is mounted: two folders of one disk share its room.</summary>
    public static string DiskOf(string folder)
    {
        string there = Existing(Path.GetFullPath(folder)).TrimEnd('/') + "/";
        return DriveInfo.GetDrives().Select(disk => disk.Name.TrimEnd('/') + "/").Where(mount => there.StartsWith(mount, StringComparison.Ordinal)).MaxBy(mount => mount.Length) ?? "/";
    }

    /// <summary>Bytes that this user may still write where a folder is, or will be; null where the file system does not tell.</summary>
    public static long? Free(string folder)
    {
        try
        {
            DriveInfo disk = new(Existing(Path.GetFullPath(folder)));
            return disk.TotalSize > 0 ? disk.AvailableFreeSpace : null;
        }
        catch (Exception untold) when (untold is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
