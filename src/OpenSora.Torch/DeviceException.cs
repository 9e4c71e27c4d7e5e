namespace OpenSora.Torch;

/// <summary>A device that was asked for and is not there: the message names it, what was looked for, and the remedy.</summary>
public sealed class DeviceException(string message) : Exception(message);
