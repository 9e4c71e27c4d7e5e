using System.Reflection;
using System.Runtime.CompilerServices;

namespace Orleans.Embedded.Copying;

/// <summary>
/// Objects of types with <see cref="GenerateSerializerAttribute"/>: members with ids are copied, all others have what a new object has.
/// </summary>
internal static class ObjectCopies
{
    public static MessageCopier.Copy? TryMake(Type type, MessageCopier copier)
    {
        if (!type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false))
        {
            return null;
        }
        (FieldInfo Field, bool Immutable)[] members = [.. MessageMembers.Of(type)];
        ConstructorInfo? constructor = type.GetConstructor(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, []);
        return (original, originals) =>
        {
            object copy = constructor?.Invoke(null) ?? RuntimeHelpers.GetUninitializedObject(type);
            if (!type.IsValueType)
            {
                originals.Add(original, copy);
            }
            foreach ((FieldInfo field, bool immutable) in members)
            {
                object? value = field.GetValue(original);
                field.SetValue(copy, immutable ? value : copier.CopyOf(value, originals));
            }
            return copy;
        };
    }
}
