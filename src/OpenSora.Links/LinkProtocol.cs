namespace OpenSora.Links;

/// <summary>The version of handshake and frames. Cards of different versions refuse each other: both must have made the same bytes.</summary>
public static class LinkProtocol
{
    public const int Version = 1;

    internal static string Refusal(int other) =>
        $"version {other} of the protocol where this card speaks version {Version}; run the same build on all cards";
}
