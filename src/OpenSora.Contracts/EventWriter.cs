using System.Text.Json;

namespace OpenSora.Contracts;

/// <summary>Writes events to a stream, one JSON object a line, flushed each. Thread-safe.</summary>
public sealed class EventWriter(Stream output)
{
    private readonly Lock _one = new();

    /// <summary>A reader that went away is not an error here: the end of standard input tells that.</summary>
    public void Write(CardEvent happened)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(happened, ContractsJson.Default.CardEvent), (byte)'\n'];
        lock (_one)
        {
            try
            {
                output.Write(line);
                output.Flush();
            }
            catch (IOException)
            {
            }
        }
    }
}
