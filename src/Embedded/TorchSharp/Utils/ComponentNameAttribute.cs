namespace TorchSharp.Utils;

/// <summary>The name of a field's parameter or module in checkpoints, where it is not the field's own.</summary>
[AttributeUsage(AttributeTargets.Field)]
public class ComponentNameAttribute : Attribute
{
    public string Name { get; set; } = "";
}
