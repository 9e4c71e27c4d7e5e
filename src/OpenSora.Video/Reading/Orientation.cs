using System.Buffers.Binary;

namespace OpenSora.Video.Reading;

/// <summary>How a picture lies in its file: Exif's tag 274, 1 (upright) to 8. Cameras store what their sensor saw, and say how it was held.</summary>
internal readonly record struct Orientation
{
    private const int Tag = 274;

    private readonly int _turned;

    private Orientation(int value) => _turned = value is >= 1 and <= 8 ? value - 1 : 0;

    public int Value => _turned + 1;

    /// <summary>Of a JPEG, PNG, WebP or TIFF file; upright where it does not say.</summary>
    public static Orientation Of(string path)
    {
        using FileStream file = File.OpenRead(path);
        byte[] start = Bytes(file, 0, 12);
        long? exif = ImageFormat.DemuxerOf(start) switch
        {
            "jpeg_pipe" => ExifOfJpeg(file),
            "png_pipe" => Chunk(file, 8, "eXIf"u8, bigEndian: true),
            "webp_pipe" => Chunk(file, 12, "EXIF"u8, bigEndian: false),
            ImageFormat.Tiff => 0,
            _ => null,
        };
        return new Orientation(exif is { } at ? Read(file, at) : 0);
    }

    /// <summary>Width and height change places.</summary>
    public bool IsSwapped => Value >= 5;

    /// <summary>ffmpeg's filters that show the picture as it is meant to be seen, each with a comma behind it.</summary>
    public string Filters => Value switch
    {
        2 => "hflip,",
        3 => "hflip,vflip,",
        4 => "vflip,",
        5 => "transpose=cclock_flip,",
        6 => "transpose=clock,",
        7 => "transpose=clock_flip,",
        8 => "transpose=cclock,",
        _ => "",
    };

    /// <summary>Where the Exif block of a JPEG begins: in one of the segments before the picture.</summary>
    private static long? ExifOfJpeg(FileStream file)
    {
        for (long at = 2; Bytes(file, at, 10) is [0xFF, var marker and not 0xDA, var high, var low, .. var name];)
        {
            if (marker == 0xE1 && name.AsSpan().SequenceEqual("Exif\0\0"u8))
                return at + 10;
            at += marker == 0xFF ? 1 : 2 + (high << 8 | low); // 0xFF may be repeated to fill up
        }
        return null;
    }

    /// <summary>Where the data of a chunk begins: length and name in PNG, name and length in WebP.</summary>
    private static long? Chunk(FileStream file, long at, ReadOnlySpan<byte> name, bool bigEndian)
    {
        while (Bytes(file, at, 8) is { Length: 8 } header)
        {
            ReadOnlySpan<byte> first = header.AsSpan(0, 4), second = header.AsSpan(4);
            if ((bigEndian ? second : first).SequenceEqual(name))
                return at + 8;
            at += bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(first) + 12L : 8 + Even(BinaryPrimitives.ReadUInt32LittleEndian(second));
        }
        return null;
    }

    private static long Even(uint length) => length + (length & 1L);

    /// <summary>The tag in the first directory of a TIFF structure; 0 when it is not there.</summary>
    private static int Read(FileStream file, long start)
    {
        if (Bytes(file, start, 8) is not [var order and ((byte)'I' or (byte)'M'), _, _, _, .. var offset])
            return 0;
        bool little = order == 'I';
        long directory = start + (little ? BinaryPrimitives.ReadUInt32LittleEndian(offset) : BinaryPrimitives.ReadUInt32BigEndian(offset));
        int entries = Bytes(file, directory, 2) is { Length: 2 } count ? Short(count) : 0;
        for (int i = 0; i < entries && Bytes(file, directory + 2 + 12L * i, 12) is { Length: 12 } entry; i++)
            if (Short(entry) == Tag)
                return Short(entry.AsSpan(8));
        return 0;

        int Short(ReadOnlySpan<byte> bytes) => little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
    }

    /// <summary>So many bytes, or fewer at the end of the file.</summary>
    private static byte[] Bytes(FileStream file, long at, int count)
    {
        byte[] bytes = new byte[count];
        int read = RandomAccess.Read(file.SafeFileHandle, bytes, at);
        return read == count ? bytes : bytes[..read];
    }
}
