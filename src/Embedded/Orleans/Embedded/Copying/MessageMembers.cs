using System.Reflection;

namespace Orleans.Embedded.Copying;

/// <summary>Which fields of a message travel.</summary>
internal static class MessageMembers
{
    private const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>
    /// The fields with ids of a type and of those of its bases that have <see cref="GenerateSerializerAttribute"/>, and whether each is
    /// passed by reference.
    /// </summary>
    /// <exception cref="Serialization.SerializerException">A property with an id is not stored in a field of its own.</exception>
    public static IEnumerable<(FieldInfo Field, bool Immutable)> Of(Type type)
    {
        for (Type? level = type; level is not null && level != typeof(object); level = level.BaseType)
        {
            if (level.GetCustomAttribute<GenerateSerializerAttribute>(inherit: false) is { } attribute)
            {
                foreach ((FieldInfo, bool) member in DeclaredBy(level, attribute))
                {
                    yield return member;
                }
            }
        }
    }

    private static IEnumerable<(FieldInfo Field, bool Immutable)> DeclaredBy(Type type, GenerateSerializerAttribute attribute)
    {
        foreach (FieldInfo field in type.GetFields(Own).Where(field => field.IsDefined(typeof(IdAttribute))))
        {
            yield return (field, field.IsDefined(typeof(ImmutableAttribute)));
        }
        HashSet<string> parameters = attribute.IncludePrimaryConstructorParameters || IsRecord(type) ? [.. PrimaryParameters(type)] : [];
        foreach (PropertyInfo property in type.GetProperties(Own)
            .Where(property => property.IsDefined(typeof(IdAttribute)) || parameters.Contains(property.Name)))
        {
            FieldInfo field = Behind(property) ?? throw new Serialization.SerializerException(
                $"{type}.{property.Name} has an [Id] and no field of its own: put the [Id] on the field that it is stored in.");
            yield return (field, property.IsDefined(typeof(ImmutableAttribute)));
        }
    }

    /// <summary>Compilers give every record a method that prints its members.</summary>
    private static bool IsRecord(Type type) => type.GetMethod("PrintMembers", Own, [typeof(System.Text.StringBuilder)]) is not null;

    private static FieldInfo? Behind(PropertyInfo property) => property.DeclaringType!.GetField($"<{property.Name}>k__BackingField", Own);

    /// <summary>The longest constructor whose parameters are all properties of the same name and type.</summary>
    private static IEnumerable<string> PrimaryParameters(Type type) => type.GetConstructors(Own)
        .Select(constructor => constructor.GetParameters())
        .Where(parameters => parameters.All(parameter => type.GetProperty(parameter.Name!, Own) is { } property
            && property.PropertyType == parameter.ParameterType && Behind(property) is not null))
        .MaxBy(parameters => parameters.Length)?
        .Select(parameter => parameter.Name!) ?? [];
}
