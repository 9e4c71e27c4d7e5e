namespace Orleans;

/// <summary>
/// Marks a type whose objects travel in messages. Only members with an <see cref="IdAttribute"/> travel, and the parameters of a
/// record's primary constructor. Derived types need a mark of their own.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum)]
public sealed class GenerateSerializerAttribute : Attribute
{
    /// <summary>Whether parameters of the primary constructor travel without ids. Default: true for records, false for others.</summary>
    public bool IncludePrimaryConstructorParameters { get; set; }
}
