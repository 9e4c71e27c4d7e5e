using OpenSora.Contracts;

namespace OpenSora.Silo.Api;

/// <summary>A field of a request, or a header, that is not taken.</summary>
internal sealed class FieldException : InputException
{
    public const string InvalidValue = "invalid_value", Unknown = "unknown_parameter", Missing = "missing_required_parameter";

    public FieldException(string field, string message, string code = InvalidValue, Exception? inner = null) : base(message, inner!) => (Field, Code) = (field, code);

    /// <summary>For programs.</summary>
    public string Code { get; }
}
