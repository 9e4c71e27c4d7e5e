namespace OpenSora.Contracts.Files;

/// <summary>Files of a user's naming that are read whole. A path may be that of a device, which has no length and no end.</summary>
public static class UserFile
{
    /// <summary>The most bytes of a text: of prompts, of a matrix, of card types.</summary>
    public const int MostOfText = 16 << 20;

    /// <param name="flag">What named it.</param>
    /// <param name="most">The most bytes.</param>
    /// <exception cref="InputException">It is a folder, or cannot be opened.</exception>
    /// <exception cref="TooLargeException">It has more.</exception>
    public static byte[] Read(string flag, string path, int most)
    {
        if (Directory.Exists(path))
            throw new InputException($"{flag} {path} is a folder: name a file");
        RequireLength($"{flag} {path}", path);
        try
        {
            using FileStream file = File.OpenRead(path);
            return Read($"{flag} {path}", file, most);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{flag} {path} cannot be read: {failure.Message.TrimEnd('.')}; name a file that can be", failure);
        }
    }

    /// <summary>Refuses what is no file with bytes in it before it is opened: a pipe without a writer would be waited for.</summary>
    /// <param name="name">Of the file, for errors.</param>
    /// <exception cref="InputException">It is empty, a pipe or a device.</exception>
    public static void RequireLength(string name, string path)
    {
        FileInfo named = new(path);
        if (named.Exists && (named.ResolveLinkTarget(returnFinalTarget: true) ?? named) is var file && (!file.Exists || file is FileInfo { Length: 0 }))
            throw new InputException($"{name} is empty, or a pipe or a device: name a file that holds something");
    }

    /// <param name="name">Of the stream, for errors.</param>
    /// <inheritdoc cref="Read(string, string, int)"/>
    public static byte[] Read(string name, Stream from, int most)
    {
        using MemoryStream all = new();
        byte[] some = new byte[1 << 16];
        for (int read; (read = from.Read(some)) > 0; all.Write(some.AsSpan(0, read)))
            if (all.Length + read > most)
                throw new TooLargeException($"{name} has more than {Bytes.Words(most)}: give less");
        return all.ToArray();
    }

    /// <summary>A text, in the encoding that its first bytes tell.</summary>
    /// <inheritdoc cref="Read(string, string, int)"/>
    public static string ReadText(string flag, string path)
    {
        using StreamReader text = new(new MemoryStream(Read(flag, path, MostOfText)));
        return text.ReadToEnd();
    }
}
