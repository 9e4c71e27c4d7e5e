namespace OpenSora.Torch;

/// <summary>The kinds of devices that this program knows.</summary>
public enum DeviceKind
{
    Cpu,
    Cuda,

    /// <summary>Enflame's cards: torch's PrivateUse1 device, brought by a library of the vendor.</summary>
    Gcu,
}
