namespace OpenSora.Client.Server;

/// <summary>A service refused, or did not answer. The message is shown as it is.</summary>
/// <param name="code">See <see cref="Contracts.ExitCode"/>.</param>
internal sealed class ServerException(int code, string message) : Exception(message)
{
    public int Code { get; } = code;
}
