namespace Orleans.Runtime;

/// <summary>Asks for a state, on a parameter of a grain's constructor.</summary>
/// <param name="stateName">Which of the grain's states.</param>
/// <param name="storageName">In which storage; null for the one named "Default".</param>
[AttributeUsage(AttributeTargets.Parameter)]
public class PersistentStateAttribute(string stateName, string? storageName = null) : Attribute
{
    public string StateName { get; } = stateName;

    public string? StorageName { get; } = storageName;
}
