namespace OpenSora.Contracts.Settings;

/// <summary>
/// Options that environment variables set. A variable is called as its property, word by word, with a prefix:
/// <c>RestWindow</c> is <c>…REST_WINDOW</c>. On a property that holds options, the prefix is for those.
/// </summary>
/// <param name="prefix">e.g. <c>OPENSORA_CLUSTER_</c>.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Property)]
public sealed class VariablesAttribute(string prefix = "") : Attribute
{
    public string Prefix => prefix;

    /// <summary>A variable with the prefix that sets nothing is misspelt, and refused. Default: false.</summary>
    public bool OwnsPrefix { get; init; }
}

/// <summary>The property's variable has a name of its own.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class VariableAttribute(string name) : Attribute
{
    public string Name => name;
}
