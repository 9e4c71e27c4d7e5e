using System.Reflection;
using System.Runtime.CompilerServices;

namespace Orleans.Embedded.Copying;

/// <summary>Tuples, value tuples and pairs: part by part.</summary>
internal static class TupleCopies
{
    public static MessageCopier.Copy? TryMake(Type type, MessageCopier copier)
    {
        bool isPair = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>);
        if (!isPair && !typeof(ITuple).IsAssignableFrom(type))
        {
            return null;
        }
        FieldInfo[] fields = type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);
        return (original, originals) =>
        {
            object copy = RuntimeHelpers.GetUninitializedObject(type);
            foreach (FieldInfo field in fields)
            {
                field.SetValue(copy, copier.CopyOf(field.GetValue(original), originals));
            }
            return copy;
        };
    }
}
