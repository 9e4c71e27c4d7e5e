namespace Orleans.Serialization;

/// <summary>A message that cannot travel.</summary>
public class SerializerException : Exception
{
    public SerializerException()
    {
    }

    public SerializerException(string message) : base(message)
    {
    }

    public SerializerException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

/// <summary>A type in a message lacks <see cref="GenerateSerializerAttribute"/>.</summary>
public sealed class CodecNotFoundException(string message) : SerializerException(message);
