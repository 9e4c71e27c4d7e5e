namespace OpenSora.Links;

/// <summary>A message of another process is not what the protocol allows; the text names the field and its limit.</summary>
internal sealed class WireException(string message, Exception? inner = null) : Exception(message, inner);
